"""Certificates of servers, and the authorities that sign them."""

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path


class Authority:
    """Signs certificates of servers."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._directory = directory
        self.file = directory / "authority.pem"
        self._key = directory / "authority.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=Authority", "-keyout", self._key, "-out", self.file)

    def sign(self, names: str, days: int = 2) -> Certificate:
        """A certificate for names as openssl writes them; days below 0 have it expired."""
        stem = self._directory / secrets.token_hex(4)
        made = Certificate(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        request, extensions = stem.with_suffix(".request"), stem.with_suffix(".extensions")
        extensions.write_text(f"subjectAltName = {names}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=server", "-keyout", made.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key,
                "-set_serial", "1", "-days", str(days), "-extfile", extensions, "-out", made.file)
        return made


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)

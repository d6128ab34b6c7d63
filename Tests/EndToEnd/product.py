"""Starts the whole product by scripts/run, as `make run` does, and stops it."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from known_secrets import SECRETS

ROOT = Path(__file__).resolve().parents[2]
# The first start may build the program.
PATIENCE = 900.0
# Of every product of this run of the suite.
RUN_DIRECTORIES: list[Path] = []


@dataclass
class Product:
    base_url: str
    mail_directory: Path
    signing_secret: str
    run_dir: Path | None = None
    process: subprocess.Popen | None = None

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def pid(self, name: str) -> int:
        return int((self.run_dir / "pids" / f"{name}.pid").read_text())

    def credential(self, key: str) -> str:
        """The text of a secret setting."""
        return (self.run_dir / "credentials" / key).read_text().strip()

    def log(self, name: str) -> str:
        return (self.run_dir / "logs" / f"{name}.log").read_text(errors="replace")


def environment_of(process: int) -> dict[str, str]:
    entries = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def keep_signing_secret(run_dir: Path, secret: str) -> None:
    """Where scripts/run looks for it: an environment would show it to whoever may look at /proc."""
    credentials = run_dir / "credentials"
    credentials.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = credentials / "tokens.signing_secret"
    file.touch(mode=0o600)
    file.write_text(secret)


def start(run_dir: Path, secret: str, **environment: str) -> Product:
    """Runs scripts/run with a free port; waits for its ready line."""
    RUN_DIRECTORIES.append(run_dir)
    SECRETS.add(secret)
    keep_signing_secret(run_dir, secret)
    port = environment.pop("PORT", None) or free_port()
    output = run_dir.with_name(run_dir.name + ".output")
    with open(output, "wb") as file:
        process = subprocess.Popen(
            [ROOT / "scripts" / "run"],
            # A shell that starts the tests in the background has them ignore SIGINT, and a program that
            # begins so cannot take it up again.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={
                # Not the name of the present test, which may hold the password that it tries.
                **{name: text for name, text in os.environ.items() if "PYTEST" not in name},
                "PORT": str(port),
                "RUN_DIR": str(run_dir),
                **environment,
            },
        )
    product = Product(
        f"http://127.0.0.1:{port}", run_dir / "mail", secret, run_dir, process
    )
    deadline = time.monotonic() + PATIENCE
    while f"ready: {product.base_url}\n" not in (text := output.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"scripts/run did not become ready:\n{text}")
        time.sleep(0.05)
    return product

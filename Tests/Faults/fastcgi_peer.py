"""A peer of the responder's socket that sends what it is told, record by record (FastCGI 1.0)."""

import socket
import struct

from fastcgi import PARAMS, STDIN, begin, framed, length, pair, record

ABORT, DATA, GET_VALUES = 2, 8, 9


def pairs(method: str | None = "GET", target: str = "/health/live", **further: str) -> bytes:
    """The parameters of a request; no method leaves it out."""
    given = {"REQUEST_URI": target, **further}
    if method is not None:
        given["REQUEST_METHOD"] = method
    return b"".join(pair(name, value) for name, value in given.items())


def logout(body: bytes, announced: int) -> bytes:
    """The parameters of a logout, and a body that may have another length than is announced."""
    return framed(
        pairs("POST", "/api/auth/logout/", CONTENT_TYPE="application/json",
              CONTENT_LENGTH=str(announced)),
        body,
    )


class Peer:
    def __init__(self, path: str, patience: float = 30.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.socket.connect(path)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, content: bytes) -> bool:
        """Whether all of it could be sent."""
        try:
            self.socket.sendall(content)
        except OSError:
            return False
        return True

    def answer(self) -> str:
        """The text that comes until the other side closes; empty without an answer."""
        content = b""
        try:
            while piece := self.socket.recv(65536):
                content += piece
        except ConnectionResetError:
            pass
        text = b""
        while len(content) >= 8:
            _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", content[:8])
            text += content[8:8 + size] if kind == 6 else b""
            content = content[8 + size + padding:]
        return text.decode()

    def status(self) -> int | None:
        """The status of the answer; None without one."""
        first, _, _ = self.answer().partition("\r\n")
        return int(first.split()[1]) if first.startswith("Status: ") else None

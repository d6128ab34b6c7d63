"""Asks the responder itself, without nginx before it (FastCGI 1.0 §3)."""

import socket
import struct


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def _length(number: int) -> bytes:
    return bytes([number]) if number < 128 else struct.pack(">I", number | 1 << 31)


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of a request, with the parameters of nginx/gatereeve-fastcgi.conf."""
    parameters = {
        "HTTP_PROXY": "",
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "REQUEST_SCHEME": "https",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.17",
        "REQUEST_ID": "8f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "HTTP_ACCEPT": "application/json",
    }
    if body:
        parameters |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    pairs = b"".join(
        _length(len(name)) + _length(len(value)) + name.encode() + value.encode()
        for name, value in parameters.items())
    input_records = (_record(5, body) if body else b"") + _record(5, b"")
    return (
        _record(1, struct.pack(">HB5x", 1, 0)) + _record(4, pairs) + _record(4, b"")
        + input_records)


def ask(listener: str, question: bytes) -> bytes:
    """Sends the bytes of a request to a unix socket; the records of the answer as they come."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(listener)
        connection.sendall(question)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer

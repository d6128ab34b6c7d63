"""Asks the responder itself, without nginx before it (FastCGI 1.0 §3)."""

import socket
import struct

from known_secrets import SECRETS

BEGIN, PARAMS, STDIN, STDOUT = 1, 4, 5, 6
RESPONDER = 1


def record(kind: int, content: bytes = b"", request: int = 1, version: int = 1) -> bytes:
    return struct.pack(">BBHHBB", version, kind, request, len(content), 0, 0) + content


def begin(role: int = RESPONDER, request: int = 1, version: int = 1, flags: int = 0) -> bytes:
    return record(BEGIN, struct.pack(">HB5x", role, flags), request, version)


def length(count: int) -> bytes:
    return bytes([count]) if count < 128 else struct.pack(">I", count | 0x80000000)


def pair(name: str, value: str) -> bytes:
    return length(len(name)) + length(len(value)) + name.encode() + value.encode()


def framed(parameters: bytes, body: bytes = b"") -> bytes:
    """A whole request of parameters that are written as pairs; a record holds 65,535 bytes."""
    pieces = [body[start : start + 65535] for start in range(0, len(body), 65535)]
    return (
        begin() + record(PARAMS, parameters) + record(PARAMS)
        + b"".join(record(STDIN, piece) for piece in pieces) + record(STDIN))


def with_parameters(parameters: dict[str, str], body: bytes = b"") -> bytes:
    """A whole request."""
    SECRETS.add_request(
        parameters.get("REQUEST_URI", ""), body, parameters.get("HTTP_AUTHORIZATION", ""))
    return framed(b"".join(pair(name, value) for name, value in parameters.items()), body)


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
    return with_parameters(parameters, body)


def contents(records: bytes, wanted: int) -> bytes:
    """The contents of all records of a type, one behind the other."""
    found, place = b"", 0
    while place + 8 <= len(records):
        kind, length, padding = struct.unpack_from(">xBxxHBx", records, place)
        if kind == wanted:
            found += records[place + 8 : place + 8 + length]
        place += 8 + length + padding
    return found


def head_and_content(records: bytes) -> tuple[bytes, bytes]:
    """Both parts of an answer."""
    head, _, content = contents(records, STDOUT).partition(b"\r\n\r\n")
    SECRETS.add_content(content)
    return head, content


def ask(listener: str, question: bytes) -> bytes:
    """Sends the bytes of a request to a unix socket; the records of the answer as they come."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(listener)
        connection.sendall(question)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head_and_content(answer)
    return answer

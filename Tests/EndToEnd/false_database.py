"""A server that looks like MariaDB and wants to be told a password, or what is in a file."""

import contextlib
import socket
import ssl
import struct
import threading

from certificates import Certificate
from tcp_database import HOST, PATIENCE

# The protocol's flag of a server that can encrypt, and what else a server of today can do.
ENCRYPTS = 0x0800
CAPABILITIES = 0x81FF_F7FE


class FalseDatabase:
    """Greets one client as MariaDB does, and keeps what the client then tells.

    With a certificate it encrypts; what the client sends below that is kept in clear. With the name of a file
    it lets everybody in, and answers the first statement by asking for that file.
    """

    def __init__(self, certificate: Certificate | None, file: str | None = None) -> None:
        self._certificate = certificate
        self._file = file
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._told = b""
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def told(self) -> bytes:
        """What the client has sent beyond its wish to encrypt, once it has gone."""
        self._thread.join()
        return self._told

    def _talk(self) -> None:
        # Whoever does not trust the certificate hangs up in the middle of a word.
        with self._listener, contextlib.suppress(ConnectionError, ssl.SSLError):
            client, _ = self._listener.accept()
            with client:
                client.settimeout(PATIENCE)
                client.sendall(packet(0, greeting(encrypts=self._certificate is not None)))
                if self._certificate is None:
                    self._hear(client)
                    return
                client.recv(36, socket.MSG_WAITALL)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._certificate.file, self._certificate.key)
                with context.wrap_socket(client, server_side=True) as encrypted:
                    self._hear(encrypted)

    def _hear(self, client: socket.socket) -> None:
        self._told = client.recv(4096)
        if self._told and self._file:
            client.sendall(packet(self._told[3] + 1, b"\0\0\0\2\0\0\0"))
            self._told += client.recv(4096)
            # The answer to LOAD DATA LOCAL INFILE, which may follow any statement.
            client.sendall(packet(1, b"\xfb" + self._file.encode()))
            self._told += client.recv(4096)
        elif self._told:
            # The protocol lets a server ask for the password itself.
            client.sendall(packet(self._told[3] + 1, b"\xfemysql_clear_password\0"))
            self._told += client.recv(4096)


def packet(number: int, content: bytes) -> bytes:
    return struct.pack("<I", len(content))[:3] + bytes([number]) + content


def greeting(encrypts: bool) -> bytes:
    capabilities = CAPABILITIES | (ENCRYPTS if encrypts else 0)
    low, high = capabilities & 0xFFFF, capabilities >> 16
    return (b"\x0a10.11.0-MariaDB\0" + struct.pack("<I", 1) + b"abcdefgh\0"
            + struct.pack("<HBHH", low, 45, 2, high) + bytes([21]) + bytes(10) + b"ijklmnopqrst\0"
            + b"mysql_native_password\0")

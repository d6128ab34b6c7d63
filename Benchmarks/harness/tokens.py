"""Refresh tokens in any number: what a login would have given, without its password hash."""

import base64
import hmac
import json
import secrets
import time

KEY = "a-key-of-the-benchmark-that-guards-nothing-at-all"
LIFETIME = 86400


def _encode(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


_HEADER = _encode(b'{"alg":"HS256","typ":"JWT"}')


def _token_id() -> str:
    """A name as the product gives it: UUID version 8 of time, generation 0, chance and a check."""
    content = bytearray(int(time.time() * 1000).to_bytes(6, "big") + bytes([0x80, 0])
                        + secrets.token_bytes(5))
    content[8] = 0x80 | content[8] & 0x3F
    return (content + _crc24(content).to_bytes(3, "big")).hex()


def _crc24(content: bytes) -> int:
    """The checksum of RFC 9580 §6.1."""
    checksum = 0xB704CE
    for byte in content:
        checksum ^= byte << 16
        for _ in range(8):
            checksum = checksum << 1 ^ (0x1864CFB if checksum & 0x800000 else 0)
    return checksum


def refresh_token(user: int, key: str = KEY) -> str:
    """A refresh token with the claims of SimpleJWT in its order."""
    now = int(time.time())
    claims = {"token_type": "refresh", "exp": now + LIFETIME, "iat": now, "jti": _token_id(),
              "user_id": str(user)}
    signed = _HEADER + b"." + _encode(json.dumps(claims, separators=(",", ":")).encode())
    signature = hmac.digest(key.encode(), signed, "sha256")
    return (signed + b"." + _encode(signature)).decode()


def garbage_token() -> str:
    """A token of the right form that is signed by nobody."""
    return refresh_token(1, key="another key")

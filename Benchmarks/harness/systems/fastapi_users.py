"""fastapi-users behind uvicorn."""

import os
import subprocess

from .. import tokens
from ..nginx import proxy_location
from ..programs import PEERS, SOURCES, BenchmarkError
from .gatereeve import REFRESH
from .system import FORM, Endpoint, System

PROJECT = SOURCES / "peers/fastapi_users"


class FastAPIUsers(System):
    name = "fastapi_users"
    title = "fastapi-users"
    location = proxy_location("fastapi_users")
    endpoints = {
        "refused token": Endpoint("/api/auth/refresh", REFRESH, 401),
        "refresh": Endpoint("/api/auth/refresh", REFRESH, 200),
        "logout": Endpoint("/api/auth/logout", REFRESH, 204, fastest=3000),
        # Who logs in says the address.
        "login": Endpoint("/api/auth/login", "username={email}&password={password}", 200, FORM),
        "register": Endpoint("/api/auth/register", '{"email":"{email}","password":"{password}"}',
                             201, fastest=500),
    }

    def __init__(self, programs, database) -> None:
        super().__init__(programs, database)
        self.upstream = f"upstream fastapi_users {{ server unix:{self.listener}; keepalive 32; }}"

    @staticmethod
    def is_installed() -> bool:
        return (PEERS / "uvicorn").exists()

    def prepare(self) -> None:
        self.database.create(self.schema)
        done = subprocess.run([PEERS / "python", "create_tables.py"], cwd=PROJECT,
                              env={**os.environ, **self.environment()}, capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise BenchmarkError(f"fastapi-users: {done.stderr[-2000:]}")

    def command(self) -> list:
        return [PEERS / "uvicorn", "app:app", "--app-dir", PROJECT, "--uds", self.listener,
                "--workers", str(os.cpu_count() or 1), "--loop", "uvloop", "--http", "httptools"]

    def environment(self) -> dict[str, str]:
        return {"SIGNING_SECRET": tokens.KEY, "DATABASE_NAME": self.schema,
                "DATABASE_SOCKET": str(self.database.socket), "PYTHONDONTWRITEBYTECODE": "1"}

    def read_user_ids(self) -> str:
        return "SELECT id FROM user LIMIT 40"

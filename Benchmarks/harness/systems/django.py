"""Django REST Framework with SimpleJWT behind gunicorn: what the product takes the place of."""

import os
import subprocess

from .. import tokens
from ..nginx import proxy_location
from ..programs import PEERS, SOURCES, BenchmarkError
from .gatereeve import ENDPOINTS
from .system import System

PROJECT = SOURCES / "peers/django"


class Django(System):
    name = "django"
    title = "Django + SimpleJWT"
    location = proxy_location("django")
    endpoints = ENDPOINTS

    def __init__(self, programs, database) -> None:
        super().__init__(programs, database)
        self.upstream = f"upstream django {{ server unix:{self.listener}; keepalive 32; }}"
        self._minted: list[str] = []

    @staticmethod
    def is_installed() -> bool:
        return (PEERS / "gunicorn").exists() and (PEERS / "django-admin").exists()

    def _run(self, *command) -> None:
        done = subprocess.run([PEERS / command[0], *command[1:]], capture_output=True, text=True,
                              cwd=PROJECT, env={**os.environ, **self.environment()})
        if done.returncode != 0:
            raise BenchmarkError(f"django: {done.stderr[-2000:]}")

    def prepare(self) -> None:
        self.database.create(self.schema)
        self._run("python", "-m", "django", "migrate", "--verbosity", "0")

    def command(self) -> list:
        return [PEERS / "gunicorn", "wsgi", "--chdir", PROJECT, "--bind", f"unix:{self.listener}",
                "--workers", str(2 * (os.cpu_count() or 1) + 1), "--worker-class", "gthread",
                "--threads", "4", "--keep-alive", "60"]

    def environment(self) -> dict[str, str]:
        return {"SIGNING_SECRET": tokens.KEY, "DATABASE_NAME": self.schema,
                "DATABASE_SOCKET": str(self.database.socket),
                "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(PROJECT),
                "PYTHONDONTWRITEBYTECODE": "1"}

    def activate_users(self) -> None:
        self.database.sql("UPDATE auth_user SET is_active = 1", self.schema)

    def read_user_ids(self) -> str:
        return "SELECT id FROM auth_user LIMIT 40"

    def mint(self, count: int) -> list[str]:
        # Each token has a row; 900 a second is more than it ever ends.
        count = min(count, 4000)
        if len(self._minted) < count:
            file = self.directory / "tokens"
            self._run("python", PROJECT / "mint.py", str(max(count, 4000)), file)
            self._minted = file.read_text().split()
        minted, self._minted = self._minted[:count], self._minted[count:]
        return minted

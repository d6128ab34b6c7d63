"""The product, as `make build` made it: `gatereeve serve`, with its defaults but for the limits."""

import subprocess

from .. import tokens
from ..nginx import fastcgi_location
from ..programs import PRODUCT, ROOT, BenchmarkError
from .system import Endpoint, System

REGISTRATION = '{"username":"{username}","email":"{email}","password":"{password}"}'
LOGIN = '{"username":"{username}","password":"{password}"}'
REFRESH = '{"refresh":"{refresh}"}'
ENDPOINTS = {
    "refused token": Endpoint("/api/auth/login/refresh/", REFRESH, 401),
    "refresh": Endpoint("/api/auth/login/refresh/", REFRESH, 200),
    "logout": Endpoint("/api/auth/logout/", REFRESH, 205),
    "login": Endpoint("/api/auth/login/", LOGIN, 200),
    "register": Endpoint("/api/auth/register/", REGISTRATION, 201, fastest=500),
}


class Gatereeve(System):
    name = "gatereeve"
    title = "Gatereeve"
    endpoints = {
        **ENDPOINTS,
        "password reset": Endpoint("/api/auth/password-reset/", '{"email":"{email}"}', 200),
    }

    def __init__(self, programs, database, **settings: str) -> None:
        super().__init__(programs, database)
        self.location = fastcgi_location(self.listener)
        self.settings = settings

    def prepare(self) -> None:
        self.database.create(self.schema)
        migrated = subprocess.run(
            [PRODUCT, "migrate", "--config", "/dev/null"], env=self.environment(),
            capture_output=True, text=True)
        if migrated.returncode != 0:
            raise BenchmarkError(f"gatereeve migrate failed:\n{migrated.stderr}")

    def command(self) -> list:
        return [PRODUCT, "serve", "--config", "/dev/null"]

    def environment(self) -> dict[str, str]:
        return {
            "GATEREEVE_SERVER_LISTEN": str(self.listener),
            "GATEREEVE_PUBLIC_ORIGIN": "http://127.0.0.1",
            "GATEREEVE_DATABASE_SOCKET": str(self.database.socket),
            "GATEREEVE_DATABASE_NAME": self.schema,
            "GATEREEVE_DATABASE_USER": "bench",
            "GATEREEVE_DATABASE_PASSWORD": "bench",
            "GATEREEVE_TOKENS_SIGNING_SECRET": tokens.KEY,
            "GATEREEVE_PATHS_SHARE": str(ROOT / "share"),
            "GATEREEVE_PATHS_MIGRATIONS": str(ROOT / "migrations"),
            "GATEREEVE_LIMITS_ENABLED": "false",
            **self.settings,
        }

    def start_mailer(self):
        """The second process of the service. There is no mail server: it finds nothing to send."""
        return self.programs.start(
            f"{self.name}-mailer", [PRODUCT, "mailer", "--config", "/dev/null"],
            self.environment())

    def activate_users(self) -> None:
        self.database.sql("UPDATE users SET is_active = 1", self.schema)
        # Else the mailer would try to send them, in vain and again and again.
        self.database.sql("DELETE FROM mail_outbox", self.schema)

    def read_user_ids(self) -> str:
        return "SELECT id FROM users LIMIT 40"


class ManyWorkers(Gatereeve):
    """Another instance over the same database, to see what waiting threads cost."""

    name = "gatereeve-32"
    title = "Gatereeve, 32 workers"
    schema = Gatereeve.name

    def __init__(self, programs, database) -> None:
        super().__init__(programs, database, GATEREEVE_SERVER_WORKERS="32")


class WithoutHash(Gatereeve):
    """Another instance over a database of its own whose hashes cost nothing."""

    name = "gatereeve-without-hash"
    title = "Gatereeve without the hash"
    schema = "gatereeve_without_hash"

    def __init__(self, programs, database, library) -> None:
        super().__init__(programs, database, LD_PRELOAD=str(library))

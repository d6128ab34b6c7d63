"""The floor: a bare C program that does the least the endpoints need. See Benchmarks/floor."""

from .. import tokens
from ..nginx import fastcgi_location
from ..programs import SOURCES, compile_floor
from .gatereeve import ENDPOINTS
from .system import System

THREADS = 8


class Floor(System):
    name = "floor"
    title = "C floor"
    endpoints = ENDPOINTS

    def __init__(self, programs, database) -> None:
        super().__init__(programs, database)
        self.location = fastcgi_location(self.listener)
        self._program = compile_floor()

    def prepare(self) -> None:
        self.database.create(self.schema)
        self.database.sql((SOURCES / "floor/schema.sql").read_text(), self.schema)

    def command(self) -> list:
        return [self._program, self.database.socket, self.schema, self.listener, THREADS]

    def environment(self) -> dict[str, str]:
        return {"SIGNING_SECRET": tokens.KEY}

    def activate_users(self) -> None:
        self.database.sql("UPDATE users SET is_active = 1", self.schema)

    def read_user_ids(self) -> str:
        return "SELECT id FROM users LIMIT 40"

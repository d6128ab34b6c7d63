"""The systems under test."""

from .django import Django
from .fastapi_users import FastAPIUsers
from .floor import Floor
from .gatereeve import Gatereeve, ManyWorkers, WithoutHash
from .system import System

__all__ = ["Django", "FastAPIUsers", "Floor", "Gatereeve", "ManyWorkers", "System", "WithoutHash"]

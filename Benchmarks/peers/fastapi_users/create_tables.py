"""Creates the tables of app.py."""

import asyncio

from app import Base, engine


async def create() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


asyncio.run(create())

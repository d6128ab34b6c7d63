"""fastapi-users with a SQL database and JSON Web Tokens.

Registration and the check of a password are the library's. It has no refresh tokens, and its logout
ends nothing, so login, refresh and logout are routes as its users write them.
"""

import os
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from fastapi_users import BaseUserManager, FastAPIUsers, IntegerIDMixin
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.password import PasswordHelper
from fastapi_users.schemas import BaseUser, BaseUserCreate
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTable, SQLAlchemyUserDatabase
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import BaseModel
from sqlalchemy import DateTime, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY = os.environ["SIGNING_SECRET"]
ACCESS_LIFETIME = timedelta(minutes=5)
REFRESH_LIFETIME = timedelta(days=1)

engine = create_async_engine(
    f"mysql+asyncmy://bench:bench@localhost/{os.environ['DATABASE_NAME']}"
    f"?unix_socket={os.environ['DATABASE_SOCKET']}",
    pool_size=16,
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
# The same work for all: Argon2id, 19 MiB, two passes.
passwords = PasswordHelper(
    PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
)


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTable[int], Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class EndedToken(Base):
    __tablename__ = "blacklist"
    jti: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime)


class UserManager(IntegerIDMixin, BaseUserManager[User, int]):
    reset_password_token_secret = verification_token_secret = KEY


class RefreshBody(BaseModel):
    refresh: str


async def session():
    async with sessions() as opened:
        yield opened


async def user_manager(opened: AsyncSession = Depends(session)):
    yield UserManager(SQLAlchemyUserDatabase(opened, User), passwords)


def strategy() -> JWTStrategy:
    return JWTStrategy(secret=KEY, lifetime_seconds=int(ACCESS_LIFETIME.total_seconds()))


backend = AuthenticationBackend("jwt", BearerTransport("api/auth/login"), strategy)
users = FastAPIUsers[User, int](user_manager, [backend])
app = FastAPI()
app.include_router(
    users.get_register_router(BaseUser[int], BaseUserCreate), prefix="/api/auth"
)


def refresh_claims(token: str) -> dict:
    try:
        claims = jwt.decode(token, KEY, ["HS256"], options={"require": ["exp", "jti", "user_id"]})
    except jwt.PyJWTError as error:
        raise HTTPException(401, "token_not_valid") from error
    if claims.get("token_type") != "refresh":
        raise HTTPException(401, "token_not_valid")
    return claims


@app.post("/api/auth/login")
async def log_in(
    form: OAuth2PasswordRequestForm = Depends(), manager: UserManager = Depends(user_manager)
):
    user = await manager.authenticate(form)
    if user is None or not user.is_active:
        raise HTTPException(401, "LOGIN_BAD_CREDENTIALS")
    claims = {
        "token_type": "refresh",
        "exp": datetime.now(timezone.utc) + REFRESH_LIFETIME,
        "jti": uuid4().hex,
        "user_id": str(user.id),
    }
    return {
        "refresh": jwt.encode(claims, KEY, "HS256"),
        "access": await strategy().write_token(user),
    }


@app.post("/api/auth/refresh")
async def refresh(body: RefreshBody, opened: AsyncSession = Depends(session)):
    claims = refresh_claims(body.refresh)
    ended = await opened.scalar(select(EndedToken.jti).where(EndedToken.jti == claims["jti"]))
    user = None if ended else await opened.get(User, int(claims["user_id"]))
    if user is None or not user.is_active:
        raise HTTPException(401, "token_not_valid")
    return {"access": await strategy().write_token(user)}


@app.post("/api/auth/logout", status_code=204)
async def log_out(body: RefreshBody, opened: AsyncSession = Depends(session)):
    claims = refresh_claims(body.refresh)
    expiry = datetime.fromtimestamp(claims["exp"], timezone.utc).replace(tzinfo=None)
    opened.add(EndedToken(jti=claims["jti"], expires_at=expiry))
    try:
        await opened.commit()
    except IntegrityError as error:
        raise HTTPException(401, "token_not_valid") from error

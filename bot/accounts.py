"""Who is logging in: passwords are hashed with Argon2id, and guessing them is stopped after a few tries."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.store import users
from bot.store.transaction import Transaction
from bot.store.users import User

SHORTEST_PASSWORD = 10
GUESSES = 10
LOCKED_FOR = timedelta(minutes=15)

_hasher = PasswordHasher()


class WeakPassword(ValueError):
    """The message says what is missing."""


def hash_password(password: str) -> str:
    """Raises WeakPassword."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"a password has at least {SHORTEST_PASSWORD} characters")
    return _hasher.hash(password)


def verify(password_hash: str, password: str) -> bool:
    """A stored value that is no hash at all is not the password either."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def generated_password() -> str:
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    user: User


@dataclass(frozen=True, slots=True)
class WrongLogin:
    """The login or the password; which of them is not for the guesser to know."""


@dataclass(frozen=True, slots=True)
class Locked:
    until: datetime


def log_in(
    transaction: Transaction, login: str, password: str, now: datetime
) -> LoggedIn | WrongLogin | Locked:
    """Hashing takes its time on purpose, so it is done between two transactions, never within one."""
    with transaction() as tx:
        user = users.by_login(tx, login)
        allowed = users.count_guess(tx, login, limit=GUESSES, lock_for=LOCKED_FOR, now=now)
    if user is None or not user.active:
        verify(_nobodys_hash(), password)  # an unknown login must not answer faster than a known one
        return WrongLogin()
    if not allowed:
        return Locked(user.locked_until or now + LOCKED_FOR)
    if not verify(user.password_hash, password):
        return WrongLogin()
    with transaction() as tx:
        users.forget_guesses(tx, user.id)
        if _hasher.check_needs_rehash(user.password_hash):
            users.set_password(tx, user.id, _hasher.hash(password))
    return LoggedIn(user)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))

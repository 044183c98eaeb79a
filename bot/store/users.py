"""People who log in. Passwords arrive here hashed; guesses are counted here, in one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.store.models import UserRow


class LoginTaken(ValueError):
    """There is a user of that login already."""


@dataclass(frozen=True, slots=True)
class User:
    id: int
    login: str
    name: str
    role: str  # of bot.domain.roles
    language: str
    tiers: tuple[str, ...]
    regions: tuple[str, ...]
    capacity: int
    active: bool
    locked_until: datetime | None
    password_hash: str = field(repr=False)


def add(
    tx: Session,
    *,
    login: str,
    name: str,
    password_hash: str,
    role: str,
    now: datetime,
    language: str = "en",
    tiers: Sequence[str] = (),
    regions: Sequence[str] = (),
    capacity: int = 50,
    phone: str | None = None,
) -> int:
    """Raises LoginTaken."""
    added = tx.execute(
        insert(UserRow)
        .values(
            login=login,
            name=name,
            password_hash=password_hash,
            role=role,
            language=language,
            tiers=list(tiers),
            regions=list(regions),
            capacity=capacity,
            phone=phone,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["login"])
        .returning(UserRow.id)
    ).scalar_one_or_none()
    if added is None:
        raise LoginTaken(f"the login {login!r} is taken")
    return added


_COLUMNS: Sequence[Any] = (
    UserRow.id,
    UserRow.login,
    UserRow.name,
    UserRow.role,
    UserRow.language,
    UserRow.tiers,
    UserRow.regions,
    UserRow.capacity,
    UserRow.active,
    UserRow.locked_until,
    UserRow.password_hash,
)


def by_login(tx: Session, login: str) -> User | None:
    row = tx.execute(select(*_COLUMNS).where(UserRow.login == login)).first()
    return None if row is None else _user(row)


def by_id(tx: Session, user_id: int) -> User | None:
    row = tx.execute(select(*_COLUMNS).where(UserRow.id == user_id)).first()
    return None if row is None else _user(row)


def listing(tx: Session) -> list[User]:
    return [_user(row) for row in tx.execute(select(*_COLUMNS).order_by(UserRow.login))]


def _user(row: Row[Any]) -> User:
    return User(**{**row._mapping, "tiers": tuple(row.tiers), "regions": tuple(row.regions)})


# Counted before the password is even looked at, so that guesses made at once cannot slip past the limit.
_COUNT_GUESS = text(
    """
    UPDATE users SET
        failed_logins = CASE WHEN failed_logins + 1 >= :limit THEN 0 ELSE failed_logins + 1 END,
        locked_until = CASE WHEN failed_logins + 1 >= :limit THEN cast(:until AS timestamptz) END
    WHERE login = :login AND active AND (locked_until IS NULL OR locked_until <= :now)
    RETURNING id
    """
)


def count_guess(tx: Session, login: str, *, limit: int, lock_for: timedelta, now: datetime) -> bool:
    """Whether one more guess is allowed; the last one allowed locks the login unless it turns out right."""
    values = {"login": login, "limit": limit, "until": now + lock_for, "now": now}
    return tx.execute(_COUNT_GUESS, values).first() is not None


def forget_guesses(tx: Session, user_id: int) -> None:
    tx.execute(update(UserRow).where(UserRow.id == user_id).values(failed_logins=0, locked_until=None))


def set_password(tx: Session, user_id: int, password_hash: str) -> None:
    """Also ends a lock: whoever may set it has proved more than a guesser can."""
    tx.execute(
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(password_hash=password_hash, failed_logins=0, locked_until=None)
    )


def set_phone(tx: Session, user_id: int, phone: str | None) -> None:
    """Where the user is rung for a call by hand; None: nowhere."""
    tx.execute(update(UserRow).where(UserRow.id == user_id).values(phone=phone))


def set_active(tx: Session, user_id: int, active: bool) -> None:
    tx.execute(update(UserRow).where(UserRow.id == user_id).values(active=active))

"""A billing system for tests: its books by key, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from bot.channels.errors import SendError
from bot.domain.offers import Credit, Credited


@dataclass
class FakeBilling:
    """Books by key, as a real billing system keeps them, and a script of what goes wrong."""

    books: dict[UUID, Credited] = field(default_factory=dict)
    posted: list[UUID] = field(default_factory=list)
    asked: list[UUID] = field(default_factory=list)
    fail: Callable[[Credit], SendError | None] = lambda credit: None
    take_before_failing: bool = False

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[FakeBilling]:
        yield self

    async def credit(self, credit: Credit) -> Credited:
        self.posted.append(credit.grant_id)
        error = self.fail(credit)
        if error is None or self.take_before_failing:
            self.books.setdefault(credit.grant_id, Credited(f"adj-{len(self.books) + 1}"))
        if error is not None:
            raise error
        return self.books[credit.grant_id]

    async def find(self, grant_id: UUID) -> Credited | None:
        self.asked.append(grant_id)
        return self.books.get(grant_id)

"""What the carrier holds: every message and call it accepted, found by SID, by number, and in pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from rehearsal.resources import Call, Message

R = TypeVar("R", Message, Call)


@dataclass(slots=True)
class Shelf(Generic[R]):
    """Resources of one kind, newest first when listed."""

    by_sid: dict[str, R] = field(default_factory=dict)
    by_number: dict[str, list[R]] = field(default_factory=dict)
    accepted: int = 0  # creates that were taken; counted here, whoever else counts

    def add(self, resource: R) -> None:
        self.by_sid[resource.sid] = resource
        self.by_number.setdefault(resource.to, []).append(resource)

    def remove(self, resource: R) -> None:
        del self.by_sid[resource.sid]
        self.by_number[resource.to].remove(resource)

    def newest_first(self, to: str) -> Iterator[R]:
        return reversed(self.by_number.get(to, ()) if to else self.by_sid.values())


@dataclass(frozen=True, slots=True)
class DayRange:
    """A filter over dates, by whole days, both ends included."""

    on: datetime | None = None
    until: datetime | None = None
    since: datetime | None = None

    @property
    def is_set(self) -> bool:
        return any((self.on, self.until, self.since))

    def holds(self, moment: datetime | None) -> bool:
        if not self.is_set:
            return True
        if moment is None:
            return False  # a message that was not sent yet is on no day
        day = moment.date()
        return (
            (self.on is None or day == self.on.date())
            and (self.until is None or day <= self.until.date())
            and (self.since is None or day >= self.since.date())
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    resources: Sequence[R]
    number: int
    size: int
    has_next: bool


def take_page(resources: Iterator[R], wanted: Callable[[R], bool], number: int, size: int) -> Page[R]:
    start, stop = number * size, (number + 1) * size
    kept: list[R] = []
    seen = 0
    for resource in resources:
        if not wanted(resource):
            continue
        if seen == stop:
            return Page(kept, number, size, has_next=True)
        if seen >= start:
            kept.append(resource)
        seen += 1
    return Page(kept, number, size, has_next=False)

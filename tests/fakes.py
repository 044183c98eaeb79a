"""Stand-ins for what lies outside: a carrier that plays a script and keeps its own books, a bell, a pace."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from bot.bell import Queue
from bot.channels.errors import Rejected, SendError, Unconfirmed
from bot.channels.messages import Accepted, CallToManager, Found, OutboundCall, OutboundSms

Outbound = OutboundSms | OutboundCall | CallToManager


class Lost(Unconfirmed):
    """The carrier took it, and its answer was lost on the way."""

    def __init__(self) -> None:
        super().__init__("no_answer", "lost")


def _never(_: Sequence[Outbound]) -> None:
    return None


@dataclass
class _FakeCarrier:
    """Answers by its script, in order, then accepts; `sent` is what was posted, `books` what was taken."""

    script: list[SendError]
    prefix: str
    status: str = "queued"
    now: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    sent: list[Outbound] = field(default_factory=list)
    books: list[Found] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    taken: dict[str, UUID] = field(default_factory=dict)  # whose attempt each SID is
    unreadable: SendError | None = None  # said instead of showing the books
    while_sending: Callable[[Sequence[Outbound]], None] = _never
    _serial: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def _send(self, batch: Sequence[Outbound]) -> list[Accepted | SendError]:
        self.while_sending(batch)
        return [self._take(one) for one in batch]

    def _take(self, one: Outbound) -> Accepted | SendError:
        self.sent.append(one)
        answer = self.script.pop(0) if self.script else None
        if answer is not None and not isinstance(answer, Lost):
            return answer
        sid = f"{self.prefix}{next(iter(self._serial)):032}"
        self.taken[sid] = one.call_id if isinstance(one, CallToManager) else one.attempt_id
        body = one.body if isinstance(one, OutboundSms) else None
        self.books.append(Found(sid, self.status, self.now, one.to, body, None, None))
        return answer or Accepted(sid)

    def tell(self, sid: str, status: str, **facts: object) -> None:
        """The carrier's own books go on, whether or not we hear of it."""
        self.books = [
            replace(one, status=status, **facts) if one.sid == sid else one  # type: ignore[arg-type]
            for one in self.books
        ]

    def find_batch(self, numbers: Sequence[str]) -> list[list[Found] | SendError]:
        newest_first = self.books[::-1]
        return [self.unreadable or [one for one in newest_first if one.to == to] for to in numbers]

    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        """What the books say `queued` of is given back at once; the answer may be lost on its way all the same."""
        self.dropped.extend(sids)
        return [self._give_back(sid) for sid in sids]

    def _give_back(self, sid: str) -> Found | SendError:
        (entry,) = (one for one in self.books if one.sid == sid)
        answer = self.script.pop(0) if self.script else None
        if answer is not None and not isinstance(answer, Lost):
            return answer
        if entry.status not in ("queued", "ringing"):
            return Rejected("30409" if self.prefix == "SM" else "21220")
        if entry.status == "queued":
            self.tell(sid, "canceled")
        return answer or next(one for one in self.books if one.sid == sid)

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        by_sid = {one.sid: one for one in self.books}
        return [self.unreadable or by_sid.get(sid) or Rejected("20404") for sid in sids]


class FakeSms(_FakeCarrier):
    def __init__(self, *script: SendError) -> None:
        super().__init__(list(script), "SM")

    def send_batch(self, batch: Sequence[OutboundSms]) -> list[Accepted | SendError]:
        return self._send(batch)


class FakeVoice(_FakeCarrier):
    def __init__(self, *script: SendError) -> None:
        super().__init__(list(script), "CA")
        self.redirected: list[tuple[str, str]] = []
        self.hung_up: list[str] = []

    def send_batch(self, batch: Sequence[OutboundCall]) -> list[Accepted | SendError]:
        return self._send(batch)

    def ring_managers(self, batch: Sequence[CallToManager]) -> list[Accepted | SendError]:
        return self._send(batch)

    def dial(self, sid: str, status: str = "ringing") -> None:
        """A leg that the carrier has begun by itself, at the word of a document of ours."""
        self.books.append(Found(sid, status, self.now, "", None, None, None))

    def hang_up_batch(self, sids: Sequence[str]) -> list[Accepted | SendError]:
        self.hung_up.extend(sids)
        return [self.script.pop(0) if self.script else Accepted(sid) for sid in sids]

    def redirect_batch(self, twiml_by_sid: Sequence[tuple[str, str]]) -> list[Accepted | SendError]:
        answers: list[Accepted | SendError] = []
        for sid, twiml in twiml_by_sid:
            self.redirected.append((sid, twiml))
            answers.append(self.script.pop(0) if self.script else Accepted(sid))
        return answers


class FakeBell:
    def __init__(self) -> None:
        self.rung: list[Queue] = []

    def ring(self, queues: Iterable[Queue]) -> None:
        self.rung.extend(queues)


@dataclass
class FakePacing:
    """`allowance` tokens in all; None: as many as are wanted."""

    allowance: int | None = None

    def take(self, wanted: int) -> int:
        if self.allowance is None:
            return wanted
        given = min(wanted, self.allowance)
        self.allowance -= given
        return given

    def give_back(self, unused: int) -> None:
        if self.allowance is not None:
            self.allowance += max(0, unused)

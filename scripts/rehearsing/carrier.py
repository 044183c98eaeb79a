"""The driver's side of the rehearsal's control interface: one kept-alive connection."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class CarrierRefused(Exception):
    """The rehearsal answered with an error; the message is its own."""


@dataclass(frozen=True, slots=True)
class CarrierState:
    now: datetime
    idle: bool
    next_event_at: datetime | None
    requests_seen: int


class Carrier:
    def __init__(self, host: str, port: int, token: str) -> None:
        # A jump into the first permitted hour of thousands of customers is long.
        self._connection = http.client.HTTPConnection(host, port, timeout=900)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def register(self, customers: Sequence[dict[str, Any]], horizon_days: float) -> None:
        self._ask(
            "POST", "/rehearsal/customers", {"horizon_days": horizon_days, "customers": list(customers)}
        )

    def hold_clock(self, now: datetime) -> None:
        """The carrier's time is `now`, but nothing happens before `set_clock`."""
        self._ask("POST", "/rehearsal/clock", {"now": now.isoformat(), "hold": True})

    def set_clock(self, now: datetime) -> CarrierState:
        """Returns when the rehearsal has nothing left to do at `now`."""
        return _state(self._ask("POST", "/rehearsal/clock", {"now": now.isoformat()}))

    def state(self) -> CarrierState:
        return _state(self._ask("GET", "/rehearsal/state"))

    def set_faults(self, rates: dict[str, float]) -> None:
        self._ask("POST", "/rehearsal/faults", rates)

    def business(self, rates: dict[str, dict[str, float]], horizon_days: float) -> None:
        """Let CRM report events: by persona (or "*") and type, so many a person and day."""
        self._ask("POST", "/rehearsal/business", {"rates": rates, "horizon_days": horizon_days})

    def summary(self) -> dict[str, Any]:
        return dict(self._ask("GET", "/rehearsal/ledger/summary"))

    def ledger(self, kind: str) -> Iterator[dict[str, Any]]:
        for line in self._raw("GET", f"/rehearsal/ledger/{kind}").splitlines():
            yield json.loads(line)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self._raw(method, path, body))

    def _raw(self, method: str, path: str, body: Any = None) -> bytes:
        sent = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, sent, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise CarrierRefused(f"{path}: {answer.status} {content.decode(errors='replace')[:200]}")
        return content


def _state(answer: dict[str, Any]) -> CarrierState:
    next_event_at = answer["next_event_at"]
    return CarrierState(
        now=datetime.fromisoformat(answer["now"]),
        idle=bool(answer["idle"]),
        next_event_at=datetime.fromisoformat(next_event_at) if next_event_at else None,
        requests_seen=int(answer["requests_seen"]),
    )

"""Messages and calls as Twilio keeps them, and their JSON."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

API_VERSION = "2010-04-01"
PRICE_OF_SEGMENT = 0.0079
PRICE_OF_CALL_MINUTE = 0.014

ERROR_MESSAGES = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Carrier violation",
    30008: "Unknown error",
    30036: "Message expired in the queue",
}

TERMINAL_CALL_STATUSES = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@lru_cache(maxsize=4096)
def _rfc2822_of_second(moment: datetime) -> str:
    return format_datetime(moment)


def rfc2822(moment: datetime) -> str:
    return _rfc2822_of_second(moment.astimezone(UTC).replace(microsecond=0))


def rfc2822_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else rfc2822(moment)


@dataclass(slots=True)
class Message:
    sid: str
    account_sid: str
    to: str
    from_number: str | None
    service_sid: str | None
    body: str
    segments: int
    status: str
    created_at: datetime
    updated_at: datetime
    status_callback: str
    direction: str = "outbound-api"
    sent_at: datetime | None = None
    send_at: datetime | None = None
    error_code: int | None = None
    redacted: bool = False
    persona: str = ""
    callbacks_sent: int = 0
    history: list[tuple[str, datetime]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def move(self, status: str, at: datetime) -> None:
        self.status = status
        self.updated_at = at
        self.history.append((status, at))

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def to_json(self) -> dict[str, Any]:
        waiting_for_sender = self.service_sid is not None and self.status in ("accepted", "scheduled")
        return {
            "body": "" if self.redacted else self.body,
            "num_segments": "0" if waiting_for_sender else str(self.segments),
            "direction": self.direction,
            "from": self.from_number,
            "date_updated": rfc2822(self.updated_at),
            "price": f"-{self.segments * PRICE_OF_SEGMENT:.5f}" if self.sent_at else None,
            "error_message": None if self.error_code is None else ERROR_MESSAGES[self.error_code],
            "uri": self.uri,
            "account_sid": self.account_sid,
            "num_media": "0",
            "to": self.to,
            "date_created": rfc2822(self.created_at),
            "status": self.status,
            "sid": self.sid,
            "date_sent": rfc2822_or_none(self.sent_at),
            "messaging_service_sid": self.service_sid,
            "error_code": self.error_code,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "subresource_uris": {"media": self.uri.replace(".json", "/Media.json")},
        }

    def for_ledger(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.from_number,
            "body": self.body,
            "direction": self.direction,
            "segments": self.segments,
            "created_at": self.created_at.isoformat(),
            "status": self.status,
            "error_code": self.error_code,
            "statuses": [{"status": status, "at": at.isoformat()} for status, at in self.history],
            "status_callback": self.status_callback,
            "persona": self.persona,
            "faults": self.faults,
        }


@dataclass(frozen=True, slots=True)
class CallWishes:
    """What the one who placed the call asked for."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    ring_seconds: int = 60
    time_limit: int = 14_400
    machine_detection: str = ""  # Enable or DetectMessageEnd
    async_amd: bool = False
    amd_callback: str = ""
    record: bool = False
    recording_callback: str = ""


@dataclass(slots=True)
class Call:
    sid: str
    account_sid: str
    to: str
    from_number: str
    wishes: CallWishes
    created_at: datetime
    updated_at: datetime
    queued_until: datetime
    status: str = "queued"
    direction: str = "outbound-api"
    parent_sid: str | None = None
    answered_by: str | None = None  # as answering machine detection saw it
    picked_up_by: str | None = None  # as it was: human or machine
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sequence: int = 0
    persona: str = ""
    history: list[tuple[str, datetime]] = field(default_factory=list)
    transcript: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def move(self, status: str, at: datetime) -> None:
        self.status = status
        self.updated_at = at
        self.history.append((status, at))

    @property
    def over(self) -> bool:
        return self.status in TERMINAL_CALL_STATUSES

    @property
    def seconds(self) -> int:
        """How long the parties were connected."""
        if self.started_at is None or self.ended_at is None:
            return 0
        return max(0, round((self.ended_at - self.started_at).total_seconds()))

    def note(self, at: datetime, **what: Any) -> None:
        self.transcript.append({"at": at.isoformat(), **what})

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}.json"

    def to_json(self) -> dict[str, Any]:
        minutes = -(-self.seconds // 60)
        inner = self.uri.removesuffix(".json")
        return {
            "sid": self.sid,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.updated_at),
            "parent_call_sid": self.parent_sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "to_formatted": self.to,
            "from": self.from_number,
            "from_formatted": self.from_number,
            "phone_number_sid": None,
            "status": self.status,
            "start_time": rfc2822_or_none(self.started_at),
            "end_time": rfc2822_or_none(self.ended_at),
            "duration": str(self.seconds) if self.over else None,
            "price": f"-{minutes * PRICE_OF_CALL_MINUTE:.5f}" if self.over else None,
            "price_unit": "USD",
            "direction": self.direction,
            "answered_by": self.answered_by,
            "api_version": API_VERSION,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "queue_time": str(round((self.queued_until - self.created_at).total_seconds() * 1000)),
            "trunk_sid": None,
            "uri": self.uri,
            "subresource_uris": {
                name.lower(): f"{inner}/{name}.json" for name in ("Events", "Notifications", "Recordings")
            },
        }

    def for_ledger(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.from_number,
            "direction": self.direction,
            "created_at": self.created_at.isoformat(),
            "status": self.status,
            "statuses": [{"status": status, "at": at.isoformat()} for status, at in self.history],
            "duration": self.seconds,
            "picked_up_by": self.picked_up_by,
            "answered_by": self.answered_by,
            "url": self.wishes.url,
            "status_callback": self.wishes.status_callback,
            "transcript": self.transcript,
            "persona": self.persona,
            "faults": self.faults,
        }


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def json_bytes(content: object) -> bytes:
    return _encode(content).encode()

"""What was said and pressed in a customer's calls, word for word: the TwiML that each answer kept, and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from sqlalchemy import text
from sqlalchemy.orm import Session

_LINES = text(
    """
    SELECT received_at AS at, kind, coalesce(payload ->> 'SpeechResult', payload ->> 'Digits') AS answer,
           payload ->> 'twiml' AS twiml
    FROM events
    WHERE customer_id = :customer_id AND kind IN ('call.answer', 'call.key', 'call.dialed')
    ORDER BY id
    """
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the bot's, or the keys that the customer pressed (the words, where they were spoken)."""

    at: datetime
    pressed: bool
    text: str


def spoken(tx: Session, customer_id: int) -> list[Line]:
    """In the order in which it happened, which `at` alone does not tell: a key and its answer share a moment."""
    lines = []
    for row in tx.execute(_LINES, {"customer_id": customer_id}):
        if row.kind == "call.key" and row.answer:
            lines.append(Line(row.at, pressed=True, text=row.answer))
        words = _words(row.twiml) if row.twiml else ""
        if words:
            lines.append(Line(row.at, pressed=False, text=words))
    return lines


def _words(twiml: str) -> str:
    # Our own document, written by our own renderer and kept in our own table: nothing foreign is parsed here.
    parts = [part for part in ElementTree.fromstring(twiml).iter() if part.tag in ("Say", "Play")]
    return "\n".join(part.text.strip() for part in parts if part.text and part.text.strip())

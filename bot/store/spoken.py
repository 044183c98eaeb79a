"""What the bot said in a customer's calls: the words of the TwiML that each answer has kept."""

from __future__ import annotations

from xml.etree import ElementTree

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.conversation import Entry

_ANSWERS = text(
    """
    SELECT received_at AS at, payload ->> 'twiml' AS twiml FROM events
    WHERE customer_id = :customer_id AND kind IN ('call.answer', 'call.key', 'call.dialed')
      AND payload ? 'twiml'
    ORDER BY id
    """
)


def spoken(tx: Session, customer_id: int) -> list[Entry]:
    """Entries of kind `said`, in the order of time; silent answers (a bare hang-up) are left out."""
    entries = []
    for row in tx.execute(_ANSWERS, {"customer_id": customer_id}):
        words = _words(row.twiml)
        if words:
            entries.append(Entry(row.at, "said", "out", words))
    return entries


def _words(twiml: str) -> str:
    # Our own document, written by our own renderer and kept in our own table: nothing foreign is parsed here.
    says = ElementTree.fromstring(twiml).iter("Say")
    return "\n".join(say.text.strip() for say in says if say.text and say.text.strip())

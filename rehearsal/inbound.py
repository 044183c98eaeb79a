"""Texts from people to us, and the keywords that the carrier itself obeys and answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

STOP_KEYWORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_KEYWORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_KEYWORDS = frozenset({"HELP", "INFO"})

_ANSWERED = {"STOP": STOP_KEYWORDS, "START": START_KEYWORDS, "HELP": HELP_KEYWORDS}


@dataclass(slots=True)
class InboundText:
    sid: str
    sender: str
    recipient: str
    body: str
    at: datetime
    persona: str
    intent: str
    outcome: int | str = ""
    carrier_answered: str = ""  # STOP, START or HELP, in words of its own that stand in no log

    def for_ledger(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "from": self.sender,
            "to": self.recipient,
            "body": self.body,
            "at": self.at.isoformat(),
            "persona": self.persona,
            "intent": self.intent,
            "outcome": self.outcome,
            "carrier_answered": self.carrier_answered,
        }


class Blocklist:
    """Pairs of a person and a sender between whom the carrier lets no text pass."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()

    def blocks(self, person: str, sender: str) -> bool:
        return (person, sender) in self._pairs

    def obey(self, text: InboundText) -> None:
        """Only a keyword that is the whole text counts, as at Twilio; "STOP PLEASE" does not."""
        word = text.body.strip().upper()
        text.carrier_answered = next((what for what, words in _ANSWERED.items() if word in words), "")
        if text.carrier_answered == "STOP":
            self._pairs.add((text.sender, text.recipient))
        elif text.carrier_answered == "START":
            self._pairs.discard((text.sender, text.recipient))

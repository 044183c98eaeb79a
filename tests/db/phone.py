"""The other end of one call, for tests: what the carrier asks of us, and what it is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree

from tests.db.parts import NOW, Parts

CALL = "CA1"


class Phone:
    """The other end of one call."""

    def __init__(self, parts: Parts, enrolment: int, sid: str = CALL) -> None:
        self.parts, self.enrolment, self.sid = parts, enrolment, sid
        self.attempt: UUID = parts.attempt(enrolment).id
        self.twiml = ""

    def pick_up(self, **more: str) -> Phone:
        form = {"CallSid": self.sid, "CallStatus": "in-progress", **more}
        self.twiml = self.parts.talk.answered(self.attempt, form, NOW)
        return self

    def press(self, digits: str, turn: int | None = None) -> Phone:
        """In answer to the last prompt, or to prompt number `turn`."""
        form = {"CallSid": self.sid, "Digits": digits}
        self.twiml = self.parts.talk.pressed(self.attempt, turn if turn is not None else self.turn, form, NOW)
        return self

    def say(self, words: str, confidence: str = "0.9", turn: int | None = None) -> Phone:
        form = {"CallSid": self.sid, "SpeechResult": words, "Confidence": confidence, "Language": "en-US"}
        self.twiml = self.parts.talk.pressed(self.attempt, turn if turn is not None else self.turn, form, NOW)
        return self

    def manager_leg(self, status: str) -> Phone:
        form = {"CallSid": self.sid, "DialCallStatus": status}
        self.twiml = self.parts.talk.transferred(self.attempt, form, NOW)
        return self

    def meets_machine(self, verdict: str = "machine_end_beep", now: datetime = NOW) -> None:
        payload = {"CallSid": self.sid, "AnsweredBy": verdict}
        self.parts.hear("call.amd", payload, now, attempt_id=self.attempt, key=f"call:{self.sid}:amd")

    def ends(self, word: str = "completed", **more: str) -> None:
        self.parts.call_status(self.attempt, word, sid=self.sid, **more)

    @property
    def turn(self) -> int:
        return int(self.gather.get("action", "").rpartition("&t=")[2])

    @property
    def gather(self) -> ElementTree.Element:
        gather = self._root.find("Gather")
        assert gather is not None, self.twiml
        return gather

    @property
    def plays(self) -> list[str | None]:
        return [play.text for play in self._root.iter("Play")]

    @property
    def says(self) -> str:
        return "".join(say.text or "" for say in self._root.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self._root]

    @property
    def _root(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.twiml)


def ringing(parts: Parts) -> Phone:
    """An invitation by call that the carrier has accepted and is about to ring."""
    enrolment = parts.enrol(customer=parts.customer(language="en", factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    return Phone(parts, enrolment)

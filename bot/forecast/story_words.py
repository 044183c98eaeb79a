"""A customer's story in words, Chinese and English; for the command line and the console alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from bot.domain.wall_clock import is_zone, zone
from bot.flow.outcome_words import result_in_words
from bot.forecast.explain import Chapter, Story
from bot.forecast.happened import Entry
from bot.forecast.step_titles import StepTitles
from bot.forecast.story_sentences import CONCLUDED, HAPPENED, WORDS, Sentence
from bot.forecast.words import why

_MOMENTS = frozenset({"due", "until", "globally_until"})
_AS_IN_FLOWS = frozenset({"result", "event", "disposition"})
_NOTED = (
    "error",
    "answered_by",
    "seconds",
    "voicemail",
    "segments",
    "wording",
    "list",
    "note",
    "disposition",
    "by",
)


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is what somebody wrote or was written, word for word but for numbers."""

    at: datetime
    kind: str
    campaign: str | None
    sentence: str
    text: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells in one language, with moments on one clock."""

    language: str
    zone: tzinfo
    steps: StepTitles = field(default_factory=dict)

    def lines(self, story: Story) -> list[Line]:
        """A deferral that is repeated word for word, until another moment, is told once."""
        return [self.line(entry, times, story.campaign_of(entry)) for entry, times in _folded(story.entries)]

    def conclusion(self, chapter: Chapter) -> str:
        one = chapter.conclusion
        if one.contacts:
            return self.say(
                CONCLUDED["contacted once" if one.contacts == 1 else "contacted"], contacts=str(one.contacts)
            )
        sentence = CONCLUDED.get(one.why or "")
        if sentence is None:
            return self.say(CONCLUDED["not"], reason=why(one.why or "", self.language))
        return self.say(sentence, **self._worded(one.facts, chapter.run_id))

    def standing(self, story: Story) -> dict[str, str]:
        """What holds now, each under its name."""
        one = story.subject
        refused = (
            f"{self._fact('channel', each.channel)}, {self._fact('purpose', each.purpose)}"
            for each in story.refusals
        )
        return {
            "status": self.word(one.status),
            "complaint": self.word("complaint" if one.complaint_open else "no complaint"),
            "consents": self.say(WORDS["consents to"], what=", ".join(one.consents) or "-"),
            "refusals": self.say(WORDS["refuses now"], what="; ".join(refused) or "-"),
        }

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def word(self, name: str) -> str:
        return self.say(WORDS[name]) if name in WORDS else name

    def line(self, entry: Entry, times: int = 1, campaign: str | None = None) -> Line:
        facts = self._worded(entry.facts, entry.run_id)
        facts["times"] = self._times(times)
        sentence = self.say(self._sentence(entry), **facts)
        return Line(entry.at, entry.kind, campaign, sentence, entry.facts.get("text"), self._notes(entry))

    def _sentence(self, entry: Entry) -> Sentence:
        match entry.kind:
            case "grant":
                return WORDS[f"grant {entry.facts['status']}"]
            case "enrolled" if "globally_until" in entry.facts:
                return HAPPENED["enrolled globally"]
            case "enrolled":
                by_hash = "" if "bucket" in entry.facts else " plainly"
                return HAPPENED[f"enrolled {entry.facts['arm']}{by_hash}"]
            case "reply" if "understood" not in entry.facts:
                return HAPPENED["reply unread"]
            case kind:
                return HAPPENED[kind]

    def _worded(self, facts: Mapping[str, str], run_id: int | None) -> dict[str, str]:
        return {
            name: self._step(run_id, value) if name == "step" else self._fact(name, value)
            for name, value in facts.items()
        }

    def _step(self, run_id: int | None, step: str) -> str:
        title = self.steps.get((run_id, step))
        return self.say(WORDS["titled step"], title=title, step=step) if title else step

    def _fact(self, name: str, value: str) -> str:
        if name in _MOMENTS:
            return self.moment(datetime.fromisoformat(value)) if value else "-"
        if name == "reason":
            return why(value, self.language)
        if name in _AS_IN_FLOWS:
            return result_in_words(value, self.language)
        if name == "understood":
            return self.word(value.rpartition(":")[2])  # late:key:2
        if value == "all":
            return self.word(f"all {name}")
        return self.word(value)

    def _times(self, times: int) -> str:
        return f" {self.say(WORDS['asked again'], times=str(times))}" if times > 1 else ""

    def _notes(self, entry: Entry) -> tuple[str, ...]:
        """What explains it further, each under its name."""
        return tuple(
            self.say(WORDS[f"note {name}"], value=self._fact(name, entry.facts[name]))
            for name in _NOTED
            if name in entry.facts and not (name == "by" and entry.kind == "interrupt")
        )

    def say(self, sentence: Sentence, **facts: str) -> str:
        """A fact that is not stored is left out."""
        return sentence[self.language.startswith("zh")].format_map(_Blank(facts)).strip()


def zone_of(story: Story) -> tzinfo | None:
    """Where the customer lives: what hours mean is decided there. None where nobody knows."""
    name = story.subject.time_zone
    return zone(name) if name and is_zone(name) else None


class _Blank(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _folded(entries: Iterable[Entry]) -> list[tuple[Entry, int]]:
    """Deferrals of one attempt for one reason as one, with the last answer, and how many there were."""
    told: list[tuple[Entry, int]] = []
    deferred: dict[str, int] = {}  # attempt -> place of its deferral
    for entry in entries:
        attempt = entry.facts.get("attempt", "")
        place = deferred.get(attempt)
        if entry.kind == "deferred" and place is not None and _alike(told[place][0], entry):
            first, times = told[place]
            told[place] = replace(first, facts=entry.facts), times + 1
            continue
        if entry.kind == "deferred":
            deferred[attempt] = len(told)
        elif entry.kind in ("allowed", "denied"):
            deferred.pop(attempt, None)
        told.append((entry, 1))
    return told


def _alike(one: Entry, other: Entry) -> bool:
    return one.facts.get("reason") == other.facts.get("reason")

"""What a person understands of a text or a prompt: which answer does what, and how much to recharge."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from rehearsal.choices import Choice, Scale, read_choices
from rehearsal.meanings import Intent

_MINIMUM = (
    re.compile(r"充(?:值|话费)?\s*满?\s*[¥￥]?\s*(\d+(?:\.\d+)?)"),
    re.compile(r"满\s*[¥￥]?\s*(\d+(?:\.\d+)?)\s*元?"),
    re.compile(r"存(?:入|够|满)?\s*[¥￥]?\s*(\d+(?:\.\d+)?)\s*元"),
    re.compile(
        r"(?:top[ -]?up|recharge|\bdeposit)(?! has)(?:(?!reply|press|text)[^\d.]){0,40}?"
        r"(\d+(?:\.\d+)?)(?!\s*(?:days?|hours?))",
        re.I,
    ),
)
_ENTRY = re.compile(
    r"(?:输入|键入|录入|\benter\b|\bkey in\b|\btype in\b)"
    r".{0,40}?(?:位|号码|井号|#|digits?\b|number\b|\bid\b|pound|hash)"
)
_OPEN = re.compile(
    r"告诉我们|说说|写下|您的(?:意见|建议|想法|原因)|原因是什么|为什么|\?|？"
    r"|\btell us\b|\blet us know\b|in your own words|\bwhat (?:could|made|went)\b"
)


@dataclass(frozen=True)
class Offer:
    choices: tuple[Choice, ...] = ()
    scale: Scale | None = None
    minimum: float | None = None
    wants_number: bool = False  # digits to be entered
    wants_words: bool = False  # an answer in one's own words

    @cached_property
    def keys(self) -> dict[Intent, str]:
        """The first key that is said to do each thing."""
        keys: dict[Intent, str] = {}
        for choice in self.choices:
            if choice.intent is not None:
                keys.setdefault(choice.intent, choice.key)
        return keys

    @property
    def invitations(self) -> tuple[str, ...]:
        """Every key that takes something up: a customer may be offered one of three."""
        return tuple(choice.key for choice in self.choices if choice.intent is Intent.JOIN)

    @property
    def matters_of_taste(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.choices if choice.intent is None)

    @property
    def asks(self) -> bool:
        """Whether there is a question that anybody may answer, whatever they think of the offer."""
        return self.scale is not None or self.wants_number or bool(self.matters_of_taste)

    @property
    def repeats_keys_alone(self) -> bool:
        """Whether it names keys and nothing about them, as a second asking does."""
        if self.scale is not None:
            return self.scale.from_keys
        digits = [choice for choice in self.choices if choice.key.isdecimal()]
        return bool(digits) and all(choice.is_bare for choice in digits) and self.minimum is None


def read_offer(text: str) -> Offer:
    choices, scale = read_choices(text)
    minimum = _minimum_in(text)
    if scale is not None or any(_is_an_answer(choice) for choice in choices):
        return Offer(_with_invitation(choices, minimum), scale, minimum)
    asked = text.lower()
    wants_number = _ENTRY.search(asked) is not None
    return Offer(choices, None, minimum, wants_number, not wants_number and _OPEN.search(asked) is not None)


def _is_an_answer(choice: Choice) -> bool:
    return choice.intent not in (Intent.OPT_OUT, Intent.REPEAT)


def _with_invitation(choices: tuple[Choice, ...], minimum: float | None) -> tuple[Choice, ...]:
    """The only key whose words are no wish we know, or the first one beside an offer, takes that offer up."""
    unknown = [choice for choice in choices if choice.intent is None]
    if not unknown or any(choice.intent is Intent.JOIN for choice in choices):
        return choices
    first = unknown[0]
    if len(unknown) > 1 and (first.feeling is not None or minimum is None):
        return choices
    return tuple(replace(choice, intent=Intent.JOIN) if choice is first else choice for choice in choices)


def _minimum_in(text: str) -> float | None:
    for pattern in _MINIMUM:
        if found := pattern.search(text):
            return float(found.group(1))
    return None

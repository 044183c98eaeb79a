"""The kinds of people that a simulation plays: how common each is, and what each does when contacted.

Shares and odds are chosen so that every way through a flow is walked by somebody; they measure no real customers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.flow.happenings import CallOutcome
from bot.flow.simulation.chance import Chance


class Intent(StrEnum):
    """What a person wants to say, by SMS or by key."""

    JOIN = "join"
    MANAGER = "manager"
    OTHER = "other"  # any other of the keys that are offered
    REPEAT = "repeat"
    OPT_OUT = "opt_out"
    UNCLEAR = "unclear"  # words that answer nothing; a key that nobody offered


Odds = tuple[tuple[Intent, float], ...]  # what they leave of 1 is silence
Pickups = tuple[tuple[CallOutcome, float], ...]

_MOSTLY_ANSWERS: Pickups = (
    (CallOutcome.ANSWERED, 0.80),
    (CallOutcome.NO_ANSWER, 0.10),
    (CallOutcome.BUSY, 0.06),
    (CallOutcome.MACHINE, 0.02),
    (CallOutcome.FAILED, 0.02),
)
_RARELY_ANSWERS: Pickups = (
    (CallOutcome.NO_ANSWER, 0.45),
    (CallOutcome.BUSY, 0.40),
    (CallOutcome.ANSWERED, 0.15),
)


@dataclass(frozen=True, slots=True)
class Persona:
    name: str
    share: float
    # texts
    replies: Odds = ()
    reply_minutes: tuple[float, float] = (2, 180)
    free_wording: float = 0.0  # how often a refusal comes in words of one's own
    writes_again: float = 0.05  # how often a second message follows
    undelivered: float = 0.01
    blocked: bool = False  # opted out at the carrier before we came
    # calls
    pickups: Pickups = _MOSTLY_ANSWERS
    presses: Odds = ()
    hangs_up: float = 0.03  # at each prompt
    # money
    recharge_invited: float = 0.08
    recharge_accepted: float = 0.55
    below_minimum: float = 0.15
    spontaneous_per_day: float = 0.015


_JOINS: Odds = ((Intent.JOIN, 0.9), (Intent.REPEAT, 0.05))

PERSONAS: tuple[Persona, ...] = (
    Persona(
        "keen",
        0.18,
        replies=((Intent.JOIN, 0.85),),
        reply_minutes=(1, 60),
        presses=_JOINS,
        recharge_invited=0.30,
        recharge_accepted=0.85,
    ),
    Persona(
        "persuadable",
        0.20,
        replies=((Intent.JOIN, 0.40), (Intent.OTHER, 0.05)),
        presses=((Intent.JOIN, 0.6), (Intent.OTHER, 0.1)),
        recharge_invited=0.15,
    ),
    Persona(
        "explorer",
        0.10,
        replies=((Intent.OTHER, 0.5), (Intent.JOIN, 0.2), (Intent.UNCLEAR, 0.1)),
        presses=((Intent.OTHER, 0.5), (Intent.REPEAT, 0.2), (Intent.JOIN, 0.2)),
        writes_again=0.3,
    ),
    Persona(
        "busy",
        0.08,
        replies=((Intent.JOIN, 0.3),),
        reply_minutes=(120, 1800),
        pickups=_RARELY_ANSWERS,
        presses=((Intent.JOIN, 0.7),),
    ),
    Persona("silent", 0.10, presses=((Intent.JOIN, 0.1),)),
    Persona("wants_manager", 0.07, replies=((Intent.MANAGER, 0.8),), presses=((Intent.MANAGER, 0.9),)),
    Persona(
        "opts_out",
        0.04,
        replies=((Intent.OPT_OUT, 0.9),),
        reply_minutes=(1, 30),
        free_wording=0.3,
        presses=((Intent.OPT_OUT, 0.9),),
    ),
    Persona(
        "angry",
        0.02,
        replies=((Intent.OPT_OUT, 1.0),),
        reply_minutes=(0.5, 5),
        free_wording=0.8,
        presses=((Intent.OPT_OUT, 0.7),),
        hangs_up=0.3,
    ),
    Persona(
        "unclear",
        0.04,
        replies=((Intent.UNCLEAR, 0.7), (Intent.JOIN, 0.2)),
        writes_again=0.5,
        presses=((Intent.UNCLEAR, 0.6), (Intent.JOIN, 0.3)),
    ),
    Persona("hangs_up", 0.04, hangs_up=0.9),
    Persona(
        "voicemail_owner",
        0.05,
        replies=((Intent.JOIN, 0.2),),
        pickups=((CallOutcome.MACHINE, 0.9), (CallOutcome.ANSWERED, 0.1)),
        presses=((Intent.JOIN, 0.5),),
    ),
    Persona(
        "unreachable",
        0.03,
        undelivered=0.9,
        pickups=((CallOutcome.FAILED, 0.7), (CallOutcome.NO_ANSWER, 0.3)),
    ),
    Persona("blocked", 0.01, undelivered=1.0, blocked=True),
    Persona(
        "self_motivated",
        0.04,
        replies=((Intent.JOIN, 0.2),),
        presses=((Intent.JOIN, 0.5),),
        recharge_accepted=0.8,
        below_minimum=0.05,
        spontaneous_per_day=0.15,
    ),
)
_SHARES = tuple((persona, persona.share) for persona in PERSONAS)


def persona_of(chance: Chance) -> Persona:
    return chance.weighted(_SHARES, "persona") or PERSONAS[-1]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Wordings by intent; `{key}` is the key that is meant."""

    of: dict[Intent, tuple[str, ...]] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()  # in words of one's own
    free_text: tuple[str, ...] = ()


_BY_KEY_ZH = ("{key}", "{key}", "{key}。", "{key} 谢谢", "回复{key}")
_BY_KEY_EN = ("{key}", "{key}", "{key}.", " {key} ", "{key} please")

PHRASES: dict[str, Phrases] = {
    "zh": Phrases(
        {
            Intent.JOIN: _BY_KEY_ZH,
            Intent.MANAGER: _BY_KEY_ZH,
            Intent.OTHER: _BY_KEY_ZH,
            Intent.REPEAT: ("什么活动？",),
            Intent.OPT_OUT: ("T", "t", "TD", "退订", "Ｔ", "STOP", "退订。"),
            Intent.UNCLEAR: ("你发错人了", "你是谁？", "77", "什么意思", "？"),
        },
        refusals=("别再发了", "不要再给我发短信了", "别再打扰我", "请不要再发短信给我", "烦死了，别发了"),
        free_text=("资费太高", "信号不好", "换了别家", "还可以吧", "服务态度很好，谢谢"),
    ),
    "en": Phrases(
        {
            Intent.JOIN: _BY_KEY_EN,
            Intent.MANAGER: _BY_KEY_EN,
            Intent.OTHER: _BY_KEY_EN,
            Intent.REPEAT: ("What is this about?",),
            Intent.OPT_OUT: ("STOP", "stop", "Stop", "Unsubscribe", "QUIT", "stop."),
            Intent.UNCLEAR: (
                "Wrong number",
                "Who is this?",
                "77",
                "What is this about?",
                "new phone who dis",
            ),
        },
        refusals=(
            "please stop texting me",
            "Don't text me again",
            "stop messaging me",
            "Take me off your list",
            "leave me alone",
        ),
        free_text=("too expensive", "bad coverage at home", "moved to another operator", "it was fine"),
    ),
}


def phrases_in(language: str) -> Phrases:
    return PHRASES["zh" if language.startswith("zh") else "en"]

"""The kinds of people a rehearsal plays, how common each is, and what each does when contacted.

Shares and rates are assumptions of the rehearsal, chosen so that every branch of a campaign is walked and
the treated recharge more often than the control group; they are no measurement of real customers.
"""

from dataclasses import dataclass
from enum import StrEnum

from rehearsal.meanings import Intent


class Pickup(StrEnum):
    """What becomes of a ringing phone."""

    HUMAN = "human"
    MACHINE = "machine"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"


Pickups = tuple[tuple[Pickup, float], ...]

_MOSTLY_ANSWERS: Pickups = ((Pickup.HUMAN, 0.82), (Pickup.NO_ANSWER, 0.10), (Pickup.BUSY, 0.08))
_RARELY_ANSWERS: Pickups = ((Pickup.NO_ANSWER, 0.85), (Pickup.HUMAN, 0.15))


@dataclass(frozen=True, slots=True)
class Persona:
    name: str
    share: float
    # texts
    replies: Intent | None = None
    reply_odds: float = 0.0
    reply_minutes: tuple[float, float] = (2, 180)
    free_wording: float = 0.0  # how often a refusal comes in words of one's own
    undelivered: tuple[int, ...] = ()  # carrier's error codes, where texts do not arrive
    blocked: bool = False  # opted out at the carrier before we came
    # calls
    pickups: Pickups = _MOSTLY_ANSWERS
    first_pickups: Pickups | None = None
    presses: tuple[Intent, ...] = ()  # at the first menu, the second ...; the last one stays
    press_odds: float = 1.0
    patience_seconds: tuple[float, float] | None = None
    speaks: float = 0.3  # how often an answer is said, where the carrier listens
    mumbles: float = 0.1  # how often what is said cannot be made out
    # questions
    mood: float = 0.65  # 0 is displeased, 1 delighted
    answers: float = 0.35  # odds of answering a question by text that sells nothing
    declines: float = 0.0  # odds of saying no, where there is a key for it, in place of yes
    second_thoughts: float = 0.0  # odds of a proper answer when asked again
    # money
    recharge_invited: float = 0.0
    recharge_accepted: float = 0.0
    recharge_below_minimum: float = 0.15
    spontaneous_per_day: float = 0.010


PERSONAS: tuple[Persona, ...] = (
    Persona(
        name="keen",
        share=0.14,
        replies=Intent.JOIN,
        reply_odds=0.85,
        reply_minutes=(1, 60),
        presses=(Intent.JOIN,),
        recharge_invited=0.30,
        recharge_accepted=0.85,
        recharge_below_minimum=0.08,
        mood=0.9,
        answers=0.6,
    ),
    Persona(
        name="persuadable",
        share=0.22,
        replies=Intent.JOIN,
        reply_odds=0.45,
        presses=(Intent.JOIN,),
        press_odds=0.65,
        recharge_invited=0.15,
        recharge_accepted=0.60,
        mood=0.7,
        declines=0.06,
    ),
    Persona(
        name="busy",
        share=0.10,
        replies=Intent.JOIN,
        reply_odds=0.35,
        reply_minutes=(120, 600),
        first_pickups=((Pickup.BUSY, 0.6), (Pickup.NO_ANSWER, 0.4)),
        presses=(Intent.JOIN,),
        press_odds=0.7,
        recharge_invited=0.10,
        recharge_accepted=0.60,
        answers=0.2,
        declines=0.05,
    ),
    Persona(
        name="silent",
        share=0.14,
        presses=(Intent.JOIN,),
        press_odds=0.1,
        recharge_invited=0.08,
        mood=0.5,
        answers=0.1,
    ),
    Persona(
        name="wants_manager",
        share=0.06,
        replies=Intent.MANAGER,
        reply_odds=0.8,
        presses=(Intent.MANAGER,),
        recharge_invited=0.10,
        recharge_accepted=0.40,
        mood=0.4,
        answers=0.5,
        speaks=0.6,
    ),
    Persona(
        name="opts_out",
        share=0.04,
        replies=Intent.OPT_OUT,
        reply_odds=0.9,
        reply_minutes=(1, 30),
        free_wording=0.3,
        presses=(Intent.OPT_OUT,),
        mood=0.25,
        speaks=0.4,
    ),
    Persona(
        name="angry",
        share=0.015,
        replies=Intent.OPT_OUT,
        reply_odds=1.0,
        reply_minutes=(0.5, 5),
        free_wording=0.8,
        presses=(Intent.OPT_OUT,),
        patience_seconds=(6, 40),
        spontaneous_per_day=0.004,
        mood=0.05,
        speaks=0.8,
    ),
    Persona(
        name="repeater",
        share=0.02,
        replies=Intent.JOIN,
        reply_odds=0.3,
        presses=(Intent.REPEAT, Intent.JOIN),
        recharge_invited=0.12,
        recharge_accepted=0.70,
    ),
    Persona(
        name="wrong_keys",
        share=0.02,
        replies=Intent.WRONG,
        reply_odds=0.7,
        presses=(Intent.WRONG, Intent.JOIN),
        recharge_invited=0.10,
        recharge_accepted=0.50,
        second_thoughts=0.6,
        speaks=0.5,
        mumbles=0.6,
    ),
    Persona(
        name="hang_up_early",
        share=0.04,
        patience_seconds=(1.5, 8),
        pickups=((Pickup.HUMAN, 0.95), (Pickup.NO_ANSWER, 0.05)),
        recharge_invited=0.05,
    ),
    Persona(
        name="voicemail_owner",
        share=0.06,
        pickups=((Pickup.MACHINE, 0.9), (Pickup.HUMAN, 0.1)),
        replies=Intent.JOIN,
        reply_odds=0.2,
        presses=(Intent.JOIN,),
        press_odds=0.5,
        recharge_invited=0.10,
        recharge_accepted=0.50,
    ),
    Persona(
        name="no_answer",
        share=0.05,
        pickups=_RARELY_ANSWERS,
        presses=(Intent.JOIN,),
        press_odds=0.4,
        recharge_invited=0.08,
    ),
    Persona(
        name="unreachable",
        share=0.03,
        undelivered=(30003, 30005),
        pickups=((Pickup.FAILED, 0.7), (Pickup.NO_ANSWER, 0.3)),
        spontaneous_per_day=0.004,
    ),
    Persona(name="blocked", share=0.01, blocked=True, recharge_invited=0.05),
    Persona(
        name="number_changed",
        share=0.015,
        replies=Intent.WRONG,
        reply_odds=0.6,
        patience_seconds=(2, 6),
        spontaneous_per_day=0.002,
    ),
    Persona(
        name="self_motivated",
        share=0.04,
        reply_odds=0.2,
        replies=Intent.JOIN,
        presses=(Intent.JOIN,),
        press_odds=0.5,
        recharge_accepted=0.80,
        recharge_below_minimum=0.05,
        spontaneous_per_day=0.12,
    ),
)
# One of us, whose own phone is rung before a customer's: never drawn, only registered by name.
COLLEAGUE = Persona(
    name="colleague",
    share=0.0,
    pickups=((Pickup.HUMAN, 1.0),),
    presses=(Intent.JOIN,),
    speaks=0.0,
    spontaneous_per_day=0.0,
)
PERSONA_BY_NAME = {persona.name: persona for persona in (*PERSONAS, COLLEAGUE)}

# A number nobody registered: texts arrive, nobody reacts, the phone rings out.
STRANGER = Persona(name="stranger", share=0.0, pickups=((Pickup.NO_ANSWER, 1.0),), spontaneous_per_day=0.0)

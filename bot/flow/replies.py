"""Understands an SMS from a customer: a refusal first of all, then a return, a question, a key, or a yes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.flow.reply_words.answers import agreement, key_named
from bot.flow.reply_words.coming_back import call_for_help, coming_back
from bot.flow.reply_words.reading import read
from bot.flow.reply_words.refusal import refusal

YES_KEY = "1"  # "yes" means the first choice, as every invitation words it


class Meaning(StrEnum):
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    KEY = "key"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Understood:
    meaning: Meaning
    key: str | None = None
    wording: str = ""  # the words that decided it, as they were understood


def understand(text: str, keys: Collection[str] | None = None) -> Understood:
    """`keys`: those that would be an answer now; None takes any. A refusal is heard before anything else."""
    reading = read(text)
    back, still_said = coming_back(reading)
    refused = refusal(still_said)
    if refused is not None:
        return Understood(Meaning.OPT_OUT, wording=refused)
    if back is not None:
        return Understood(Meaning.OPT_IN, wording=back)
    helped = call_for_help(reading)
    if helped is not None:
        return Understood(Meaning.HELP, wording=helped)
    named = key_named(reading)
    if named is None and (yes := agreement(reading)) is not None:
        named = YES_KEY, yes
    if named is not None and (keys is None or named[0] in keys):
        return Understood(Meaning.KEY, *named)
    return Understood(Meaning.UNCLEAR)

"""Understands an SMS from a customer: a refusal first of all, then a return, a question, a key, or a yes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from bot.flow import reply_words as words

YES_KEY = "1"  # "yes" means the first choice, as every invitation words it
_LONGEST = 2_000


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


_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_CLAUSES = re.compile(r"[.,;!?。，；！？、~\n]+")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufe0e\ufe0f\u20e3]")
_HYPHEN = re.compile(r"(?<=[a-z])[-_](?=[a-z])")
_SPACED_OUT = re.compile(r"^[a-z](?: [a-z]){2,}(?![a-z])")  # s t o p
_KEY = re.compile(
    r"(?:我?(?:选择?|要|按|回复?|发送?|办理?)|press|reply|option|number|no\.?|key|choose|choice|select)?[\s:]*"
    r"([0-9]{1,3})[\s.,。，号:)]*"
    r"(?:号|键|参加|参与|办理|领取|确认|同意|要|join|yes|ok|please|pls)?"
)
_NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "一": "1",
    "壹": "1",
    "二": "2",
    "贰": "2",
    "三": "3",
    "四": "4",
}


def understand(text: str, keys: Collection[str] | None = None) -> Understood:
    """`keys`: those that would be an answer now; None takes any. A refusal is heard before anything else."""
    tidy = _tidied(text)
    bare = _without_politeness(tidy)
    refusal = _refusal(tidy, bare)
    if refusal is not None:
        return Understood(Meaning.OPT_OUT, wording=refusal)
    for choices, meaning in ((words.OPT_IN_WORDS, Meaning.OPT_IN), (words.HELP_WORDS, Meaning.HELP)):
        if bare in choices:
            return Understood(meaning, wording=bare)
    found = _key(tidy, bare)
    if found is not None and (keys is None or found[0] in keys):
        return Understood(Meaning.KEY, *found)
    return Understood(Meaning.UNCLEAR)


def _tidied(text: str) -> str:
    """One form for full-width and traditional characters, keycaps, capitals and spaces."""
    normal = unicodedata.normalize("NFKC", text[:_LONGEST])
    normal = _UNSEEN.sub("", normal).replace("’", "'").replace("`", "'").casefold()
    normal = _SPACED_OUT.sub(lambda letters: letters.group().replace(" ", ""), _HYPHEN.sub(" ", normal))
    return " ".join(normal.translate(words.TRADITIONAL).split())


def _longest_first(polite: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(polite, key=lambda word: (-len(word), word)))


_POLITE = _longest_first(words.POLITE_WORDS)
_POLITE_BUT_NO_YES = _longest_first(words.POLITE_WORDS - words.YES_WORDS)  # "好的谢谢" is a yes, with thanks


def _without_politeness(tidy: str, polite: tuple[str, ...] = _POLITE) -> str:
    """Greetings, thanks and punctuation taken off both ends, as long as something is left."""
    bare = _ENDS.sub("", tidy)
    while True:
        shorter = _one_word_less(bare, polite)
        if shorter is None:
            return bare
        bare = shorter


def _one_word_less(bare: str, polite: tuple[str, ...]) -> str | None:
    if bare in words.OPT_OUT_WORDS:
        return None
    for word in polite:
        rest = bare.removeprefix(word)
        if rest and rest != bare and not _same_word(word[-1], rest[0]):
            return _ENDS.sub("", rest)
        rest = bare.removesuffix(word)
        if rest and rest != bare and not _same_word(rest[-1], word[0]):
            return _ENDS.sub("", rest)
    return None


def _same_word(left: str, right: str) -> bool:
    """Latin letters and digits that touch are one word; Chinese has no such gaps."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _refusal(tidy: str, bare: str) -> str | None:
    if bare in words.OPT_OUT_WORDS:
        return bare
    if _nearly(bare):
        return bare
    meant = words.NO_REFUSAL.sub(" ", tidy)
    for clause in _CLAUSES.split(meant):
        said = _without_politeness(clause.strip())
        if said in words.STRONG_WORDS:
            return said
    found = words.REFUSALS_EN.search(meant) or words.REFUSALS_ZH.search(meant.replace(" ", ""))
    return found.group() if found is not None else None


def _nearly(word: str) -> bool:
    if not word.isascii() or not word.isalpha() or word in words.NEAR_BUT_OTHER or len(word) < 4:
        return False
    for known in words.SPELT_NEARLY:
        slips = 1 if len(known) < 8 else 2
        if word[0] == known[0] and OSA.distance(word, known, score_cutoff=slips) <= slips:
            return True
    return False


def _key(tidy: str, bare: str) -> tuple[str, str] | None:
    """The key, and the words that name it."""
    yes = _agreement(tidy)
    if yes is not None:
        return YES_KEY, yes
    if bare in _NUMBERS:
        return _NUMBERS[bare], bare
    for said in (bare, _ENDS.sub("", tidy)):
        match = _KEY.fullmatch(said)
        if match is not None:
            return match.group(1), said
    return None


def _agreement(tidy: str) -> str | None:
    """The yes in a message that says nothing but yes and politeness."""
    clauses = [_without_politeness(clause, _POLITE_BUT_NO_YES) for clause in _CLAUSES.split(tidy)]
    said = [clause for clause in clauses if clause and clause not in _POLITE_BUT_NO_YES]
    return said[0] if said and all(clause in words.YES_WORDS for clause in said) else None

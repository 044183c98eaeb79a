"""How well replies are understood: labelled replies are read again, and what comes out is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.flow.labelled_replies import OFFERED, Labelled
from bot.flow.replies import Meaning, Understood, understand

OPT_OUT_RECALL_AT_LEAST = 0.99
FALSE_OPT_OUTS_AT_MOST = 0.01

Reader = Callable[[str, Collection[str] | None], Understood]


@dataclass(frozen=True, slots=True)
class Misread:
    reply: Labelled
    meaning: Meaning  # what the reply was taken for
    key: str | None


@dataclass(frozen=True, slots=True)
class MeaningScore:
    labelled: int
    taken: int  # replies taken for it, rightly or wrongly
    right: int

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.taken)

    @property
    def recall(self) -> float | None:
        return _share(self.right, self.labelled)


@dataclass(frozen=True, slots=True)
class Scores:
    replies: int
    meanings: Mapping[Meaning, MeaningScore]
    right_keys: int
    misread: tuple[Misread, ...]

    @property
    def opt_out_recall(self) -> float | None:
        return self.meanings[Meaning.OPT_OUT].recall

    @property
    def false_opt_outs(self) -> float | None:
        """The share of replies that are no opt-out, but were taken for one."""
        opt_out = self.meanings[Meaning.OPT_OUT]
        return _share(opt_out.taken - opt_out.right, self.replies - opt_out.labelled)

    @property
    def key_accuracy(self) -> float | None:
        """The share of replies with a key, or a yes, that were taken for that very key."""
        return _share(self.right_keys, self.meanings[Meaning.KEY].labelled)

    def shortfalls(self) -> list[str]:
        """What keeps the reader from being let loose on customers; an unmeasured share does, too."""
        found = []
        if self.opt_out_recall is None or self.opt_out_recall < OPT_OUT_RECALL_AT_LEAST:
            share, bar = percent(self.opt_out_recall), percent(OPT_OUT_RECALL_AT_LEAST)
            found.append(f"opt-out recall is {share}, must be at least {bar}")
        if self.false_opt_outs is None or self.false_opt_outs > FALSE_OPT_OUTS_AT_MOST:
            share, bar = percent(self.false_opt_outs), percent(FALSE_OPT_OUTS_AT_MOST)
            found.append(f"false opt-outs are {share}, must be at most {bar}")
        return found


def score(replies: Iterable[Labelled], reader: Reader = understand) -> Scores:
    labelled: Counter[Meaning] = Counter()
    taken: Counter[Meaning] = Counter()
    right: Counter[Meaning] = Counter()
    misread = []
    right_keys = 0
    for reply in replies:
        understood = reader(reply.text, OFFERED)
        key = understood.key if understood.meaning is Meaning.KEY else None
        labelled[reply.meaning] += 1
        taken[understood.meaning] += 1
        right[reply.meaning] += understood.meaning is reply.meaning
        if (understood.meaning, key) != (reply.meaning, reply.key):
            misread.append(Misread(reply, understood.meaning, key))
        elif key:
            right_keys += 1
    meanings = {name: MeaningScore(labelled[name], taken[name], right[name]) for name in Meaning}
    return Scores(labelled.total(), meanings, right_keys, tuple(misread))


def percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.2%}"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

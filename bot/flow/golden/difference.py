"""What was expected beside what happened, aligned line by line, and where the words differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rapidfuzz import fuzz

from bot.flow.golden.script import Expected
from bot.flow.transcript import Line

_NEAR = 50  # from here on, of 100, a fragment counts as the same words changed
_TOKENS = re.compile(r"[A-Za-z0-9]+(?:[.,'][A-Za-z0-9]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """A line that was expected, the one that happened in its place, or both; `missing` words were not there."""

    expected: Expected | None
    happened: Line | None
    missing: tuple[str, ...] = ()

    @property
    def same_headline(self) -> bool:
        return (
            self.expected is not None
            and self.happened is not None
            and self.expected.headline == self.happened.headline
        )

    @property
    def agrees(self) -> bool:
        return self.same_headline and not self.missing


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"  # expected, and not there
    NEW = "new"  # there, and not expected


Piece = tuple[Mark, str]


def align(expected: Sequence[Expected], happened: Sequence[Line]) -> tuple[Pair, ...]:
    return tuple(_aligned(list(expected), list(happened)))


def words_apart(fragment: str, words: str) -> tuple[Piece, ...]:
    """`words` with what differs from the fragment marked in it; the whole fragment as gone where none is near."""
    near = fuzz.partial_ratio_alignment(fragment, words, score_cutoff=_NEAR)
    if near is None:
        return ((Mark.GONE, fragment), (Mark.SAME, f" {words}"))
    start, end = _whole_tokens(words, near.dest_start, near.dest_end)
    apart = list(_tokens_apart(fragment, words[start:end]))
    if apart[0][0] is Mark.GONE or apart[-1][0] is Mark.GONE:  # what stands for it lies just outside
        start, end = _whole_tokens(
            words, start - (apart[0][0] is Mark.GONE), end + (apart[-1][0] is Mark.GONE)
        )
        apart = list(_tokens_apart(fragment, words[start:end]))
    pieces = [(Mark.SAME, words[:start]), *apart, (Mark.SAME, words[end:])]
    return tuple(piece for piece in pieces if piece[1])


def in_lines(pairs: Sequence[Pair]) -> list[str]:
    """For a log: `-` was expected, `+` happened, and words as `[-expected-]{+happened+}`."""
    lines: list[str] = []
    for pair in pairs:
        if pair.same_headline and pair.expected is not None:
            lines += _same_headline(pair)
            continue
        lines += [f"- {pair.expected.headline}"] if pair.expected is not None else []
        lines += [f"+ {pair.happened.headline}"] if pair.happened is not None else []
    return lines


def in_signs(pieces: Sequence[Piece]) -> str:
    signs = {Mark.SAME: "{}", Mark.GONE: "[-{}-]", Mark.NEW: "{{+{}+}}"}
    return "".join(signs[mark].format(text) for mark, text in pieces)


def _same_headline(pair: Pair) -> Iterator[str]:
    headline = pair.expected.headline if pair.expected is not None else ""
    words = pair.happened.words if pair.happened is not None else ""
    if not pair.missing:
        yield f"  {headline}"
    for fragment in pair.missing:
        yield f"- {headline}: ...{fragment}..."
        yield f"+ {headline}: {words}"
        yield f"  where {in_signs(words_apart(fragment, words))}"


def _aligned(expected: list[Expected], happened: list[Line]) -> Iterator[Pair]:
    wanted, found = [one.headline for one in expected], [one.headline for one in happened]
    for tag, left, left_end, right, right_end in SequenceMatcher(None, wanted, found, False).get_opcodes():
        if tag == "equal":
            for one, line in zip(expected[left:left_end], happened[right:right_end], strict=True):
                missing = tuple(fragment for fragment in one.fragments if fragment not in line.words)
                yield Pair(one, line, missing)
        else:
            yield from _replaced(expected[left:left_end], happened[right:right_end])


def _replaced(expected: list[Expected], happened: list[Line]) -> Iterator[Pair]:
    """Lines of the same sort stand side by side: an SMS of another step beside the SMS that was expected."""
    wanted = [one.headline.split(" ")[0] for one in expected]
    found = [one.headline.split(" ")[0] for one in happened]
    for tag, left, left_end, right, right_end in SequenceMatcher(None, wanted, found, False).get_opcodes():
        if tag == "equal":
            yield from map(Pair, expected[left:left_end], happened[right:right_end])
        else:
            yield from (Pair(one, None) for one in expected[left:left_end])
            yield from (Pair(None, line) for line in happened[right:right_end])


def _whole_tokens(words: str, start: int, end: int) -> tuple[int, int]:
    """The stretch, widened so that it cuts no word and no number in two."""
    spans = [match.span() for match in _TOKENS.finditer(words) if match.end() > start and match.start() < end]
    return (spans[0][0], spans[-1][1]) if spans else (start, end)


def _tokens_apart(fragment: str, words: str) -> Iterator[Piece]:
    """What is new at either edge, and stands for nothing that is gone, is only the neighbourhood."""
    left, right = _TOKENS.findall(fragment), _TOKENS.findall(words)
    for tag, start, end, other, other_end in SequenceMatcher(None, left, right, False).get_opcodes():
        neighbour = tag == "insert" and (other == 0 or other_end == len(right))
        if tag == "equal" or neighbour:
            yield Mark.SAME, "".join(right[other:other_end])
            continue
        if start < end:
            yield Mark.GONE, "".join(left[start:end])
        if other < other_end:
            yield Mark.NEW, "".join(right[other:other_end])

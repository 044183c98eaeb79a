"""What another policy changes, as a table: each rule before and after, looser or tighter."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bot.domain.policy.comparison import Difference, Direction
from bot.domain.policy.comparison_wording import Heading
from bot.domain.sentences import in_words, say

_STYLES = {Direction.LOOSER: "yellow", Direction.TIGHTER: "green", Direction.DIFFERENT: ""}
_COLUMNS = (Heading.RULE, Heading.BEFORE, Heading.AFTER, Heading.DIRECTION)


def compared(differences: Sequence[Difference], language: str) -> Table:
    table = Table(*(say(one).words(language) for one in _COLUMNS))
    for one in differences:
        direction = say(Heading[one.direction.name])
        cells = (one.rule, one.before, one.after, direction)
        table.add_row(*(in_words(cell, language) for cell in cells), style=_STYLES[one.direction])
    return table

"""What is wrong with a condition or a policy that somebody wrote, with its place, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from bot.rules.problems import Problem
from console import language


def placed(problem: Problem) -> str:
    place = _("Line %(line)s, column %(col)s: ", line=problem.line, col=problem.col)
    return place + problem.words(language.selected())


def lines(problems: Iterable[Problem]) -> str:
    """One line for each of them."""
    return "\n".join(placed(one) for one in problems)

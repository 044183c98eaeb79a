"""Writes single YAML values as text, so that reading them gives the same again."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from bot.flow.golden.script import Expected
from bot.rules.problems import Problems
from bot.rules.yaml_source import plain, read_yaml


def written(value: object) -> str:
    """One value, fit for a list in brackets."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return in_text(str(value))


@lru_cache(maxsize=4096)
def in_text(text: str) -> str:
    """Plain where YAML reads it back as the same text, else in double quotes."""
    return text if text == text.strip() and _reads_back(text) else quoted(text)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def in_braces(entries: dict[str, object]) -> str:
    return "{" + ", ".join(f"{in_text(name)}: {written(value)}" for name, value in entries.items()) + "}"


def expectation(headline: str, fragments: list[str]) -> str:
    """`fragments` as they are to stand in the file."""
    if not fragments:
        return in_text(headline)
    words = fragments[0] if len(fragments) == 1 else f"[{', '.join(fragments)}]"
    return f"{{{in_text(headline)}: {words}}}"


def expected_in_text(one: Expected) -> str:
    return expectation(one.headline, [in_text(fragment) for fragment in one.fragments])


def _reads_back(text: str) -> bool:
    if not text or "\n" in text:
        return False
    problems = Problems("value")
    value = read_yaml(f"[{text}, {{{text}: {text}}}]", problems)
    return not problems.found and value is not None and plain(value) == [text, {text: text}]

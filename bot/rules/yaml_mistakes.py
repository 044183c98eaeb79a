"""Where a file stops being YAML, and what its author may have meant."""

from __future__ import annotations

from yaml.error import MarkedYAMLError

from bot.domain.sentences import Words, say
from bot.rules.hints import Hint
from bot.rules.problems import Place
from bot.rules.yaml_wording import YamlWrong

_NO_END = "found unexpected end of stream"
_NO_COLON = "could not find expected ':'"
_UNCLOSED = (_NO_END, _NO_COLON)
_HINTS = {
    _NO_END: Hint.UNCLOSED_QUOTE,
    _NO_COLON: Hint.NAME_AND_COLON,
    "did not find expected ',' or '}'": Hint.COMMA_OR_BRACKET,
    "did not find expected ',' or ']'": Hint.COMMA_OR_BRACKET,
    "did not find expected key": Hint.INDENTED,
    "mapping values are not allowed in this context": Hint.COLON,
    "found character that cannot start any token": Hint.SPACES,
}


def place_of(error: MarkedYAMLError, text: str) -> Place:
    """Where the end shows what was never closed, lines above, its beginning is worth more."""
    found, began = error.problem_mark, error.context_mark
    if found is None:
        return Place(began.line + 1, began.column + 1) if began is not None else Place()
    content = text.rstrip()
    at_end = found.index >= len(content)
    place = place_at(content, len(content)) if at_end else Place(found.line + 1, found.column + 1)
    unclosed = at_end or error.problem in _UNCLOSED
    if unclosed and began is not None and began.line + 1 < place.line:
        return Place(began.line + 1, began.column + 1)
    return place


def place_at(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def words_of(error: MarkedYAMLError) -> tuple[Words, Words]:
    """The parser's own words stay as they are."""
    why = error.problem or error.context or ""
    hint = _HINTS.get(why)
    return say(YamlWrong.NOT_YAML, why=why), say(hint) if hint else ""

"""Where a file stops being YAML, and what its author may have meant."""

from __future__ import annotations

from yaml.error import MarkedYAMLError

from bot.rules.problems import Place

_NO_END = "found unexpected end of stream"
_NO_COLON = "could not find expected ':'"
_UNCLOSED = (_NO_END, _NO_COLON)
_HINTS = {
    _NO_END: "a quote is not closed",
    _NO_COLON: "a name is followed by a colon and a space",
    "did not find expected ',' or '}'": "a text with a comma or a bracket in it needs quotes",
    "did not find expected ',' or ']'": "a text with a comma or a bracket in it needs quotes",
    "did not find expected key": "is it indented as its neighbours are, and is each quote closed?",
    "mapping values are not allowed in this context": "a text with a colon in it needs quotes",
    "found character that cannot start any token": "indent with spaces; a text that begins so needs quotes",
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


def words_of(error: MarkedYAMLError) -> tuple[str, str]:
    said = error.problem or error.context or ""
    return f"this is not YAML: {said}", _HINTS.get(said, "")

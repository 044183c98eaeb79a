"""Reads application/x-www-form-urlencoded bodies; by hand, since every create passes here."""

import re

_ESCAPED_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class Form:
    """A form's fields, in which a repeated key keeps all of its values."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        fields: dict[str, list[str]] = {}
        for pair in body.decode("utf-8", "replace").split("&"):
            if pair:
                name, _, value = pair.partition("=")
                fields.setdefault(_unquote(name), []).append(_unquote(value))
        return cls(fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def get(self, name: str, default: str = "") -> str:
        values = self._fields.get(name)
        return values[0] if values else default

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def number(self, name: str, default: int) -> int:
        """The field as a whole number, or the default where it is absent or is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdecimal() else default


def _unquote(text: str) -> str:
    """A run of escapes at a time: a Chinese text is one long run, and urllib takes it byte by byte."""
    if "+" in text:
        text = text.replace("+", " ")
    return _ESCAPED_RUN.sub(_unquote_run, text) if "%" in text else text


def _unquote_run(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace")

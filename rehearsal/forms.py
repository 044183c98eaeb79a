"""Reads application/x-www-form-urlencoded bodies; by hand, since every create passes here."""

from urllib.parse import unquote_plus


class Form:
    """A form's fields, in which a repeated key keeps all of its values."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        fields: dict[str, list[str]] = {}
        for pair in body.decode("latin-1").split("&"):
            if pair:
                name, _, value = pair.partition("=")
                text = unquote_plus(value) if "%" in value or "+" in value else value
                fields.setdefault(unquote_plus(name), []).append(text)
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

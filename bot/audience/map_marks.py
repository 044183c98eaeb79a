"""Reads the part of a column map that puts customers on named lists.

marks:
  flags:                                    # a column for each list
    black: do_not_sell                      # yes or no
    red: {column: vip_class, values: {gold: true, platinum: true}, else: false}
  words: {column: lists, values: {F: flea, C: complaint}}    # a column that names them, "F;C"
  source: crm                               # whose word it is; without it, the file's name
  lift_missing: true                        # what crm said before and this file does not holds no more
"""

from __future__ import annotations

from bot.audience.cells import split_words
from bot.audience.column_map import Column, MarkColumns, MarkWords, Origin
from bot.audience.errors import MapError
from bot.audience.map_origins import OriginReader
from bot.domain.marks import DEFAULT_MARKS, is_mark
from bot.rules.catalogue import FactorType
from bot.rules.problems import Place, did_you_mean
from bot.rules.yaml_source import Entry, Scalar, Table, describe
from bot.rules.yaml_source import Value as Node

KEYS = ("flags", "words", "source", "lift_missing")
WORD_KEYS = ("column", "values")


def read_marks(file: str, origins: OriginReader, entry: Entry | None) -> MarkColumns | None:
    """Raises MapError."""
    return _Reader(file, origins).read(entry) if entry is not None else None


class _Reader:
    def __init__(self, file: str, origins: OriginReader) -> None:
        self._file = file
        self._origins = origins

    def read(self, entry: Entry) -> MarkColumns:
        table = self._table(entry.value, "the section 'marks'", KEYS)
        flags, words = self._flags(table), self._words(table)
        if not flags and words is None:
            raise self._error(
                entry.key_place, "marks need 'flags' or 'words': where the lists stand in the file"
            )
        found = MarkColumns(flags, words, self._source(table), self._lifting(table))
        self._check_once(table, found)
        if found.lift_missing and found.source is None:
            raise self._error(
                table.entries["lift_missing"].key_place,
                "lift_missing needs 'source': whose earlier word is taken back, whatever the file is called",
            )
        return found

    def _flags(self, table: Table) -> dict[str, Origin]:
        entry = table.entries.get("flags")
        if entry is None:
            return {}
        found: dict[str, Origin] = {}
        for name, one in self._table(entry.value, "marks.flags").entries.items():
            self._check_name(name, one.key_place)
            found[name] = self._origins.read(name, one.value, FactorType.FLAG, None)
        return found

    def _words(self, table: Table) -> MarkWords | None:
        entry = table.entries.get("words")
        if entry is None:
            return None
        usual = {mark: mark for mark in DEFAULT_MARKS}
        if isinstance(entry.value, Scalar):
            return MarkWords(self._column(entry.value), usual)
        words = self._table(entry.value, "marks.words", WORD_KEYS)
        if "column" not in words.entries:
            raise self._error(words.place, "marks.words needs 'column'")
        values = words.entries.get("values")
        return MarkWords(
            self._column(words.entries["column"].value), self._meanings(values) if values else usual
        )

    def _column(self, node: Node) -> Column:
        return Column(self._text(node, "column"), node.place, FactorType.TEXT)

    def _meanings(self, entry: Entry) -> dict[str, str]:
        table = self._table(entry.value, "marks.words.values")
        if not table.entries:
            raise self._error(entry.value.place, "marks.words.values names no list")
        found: dict[str, str] = {}
        for word, one in table.entries.items():
            if len(split_words(word)) != 1:
                raise self._error(one.key_place, f"{word!r} is not one word: in a cell it would be several")
            found[word] = self._text(one.value, f"the list for {word!r}")
            self._check_name(found[word], one.value.place)
        return found

    def _check_once(self, table: Table, found: MarkColumns) -> None:
        """Of one list two columns could say different things."""
        named = found.words.meanings.values() if found.words else ()
        for mark in found.flags:
            if mark in named:
                place = self._table(table.entries["flags"].value, "marks.flags").entries[mark].key_place
                raise self._error(place, f"the list {mark!r} is among the words as well")

    def _check_name(self, name: str, place: Place) -> None:
        if not is_mark(name):
            raise self._error(place, f"{name!r} is no list's name: a word in small letters, such as black")

    def _source(self, table: Table) -> str | None:
        entry = table.entries.get("source")
        return self._text(entry.value, "source").strip() if entry is not None else None

    def _lifting(self, table: Table) -> bool:
        entry = table.entries.get("lift_missing")
        if entry is None:
            return False
        if not isinstance(entry.value, Scalar) or not isinstance(entry.value.value, bool):
            raise self._error(entry.value.place, "lift_missing must be true or false")
        return entry.value.value

    def _table(self, node: Node, what: str, allowed: tuple[str, ...] | None = None) -> Table:
        if not isinstance(node, Table):
            raise self._error(node.place, f"{what} must be a mapping, not {describe(node)}")
        for name, entry in node.entries.items():
            if allowed is not None and name not in allowed:
                hint = did_you_mean(name, allowed)
                message = f"{what} has no {name!r}"
                raise self._error(entry.key_place, f"{message}; {hint}" if hint else message)
        return node

    def _text(self, node: Node, what: str) -> str:
        if not isinstance(node, Scalar) or not node.text.strip():
            raise self._error(node.place, f"{what} must be text")
        return node.text

    def _error(self, place: Place, message: str) -> MapError:
        return MapError(self._file, place, message)

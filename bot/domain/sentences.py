"""Sentences in both languages: what is wrong with what a person wrote is kept as a sentence and what goes into it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Sentence(Enum):
    """A table of them is a subclass: each member is the English and the Chinese, with the same `{names}` in both."""

    def __init__(self, english: str, chinese: str) -> None:
        self.english, self.chinese = english, chinese


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with what goes into it, which may be sentences and lists in turn."""

    sentence: Sentence
    given: tuple[tuple[str, object], ...] = ()

    def words(self, language: str = "en") -> str:
        template = self.sentence.chinese if language == "zh" else self.sentence.english
        return template.format_map({name: _shown(value, language) for name, value in self.given})

    def __str__(self) -> str:
        return self.words()


#: A text stands as it was written, in any language.
Words = Said | str


def say(sentence: Sentence, /, **given: object) -> Said:
    return Said(sentence, tuple(given.items()))


def in_words(said: Words, language: str = "en") -> str:
    return said.words(language) if isinstance(said, Said) else said


def in_both(said: Words) -> dict[str, str]:
    """By language, to be kept where nobody knows who will read it."""
    return {language: in_words(said, language) for language in ("en", "zh")}


def _shown(value: object, language: str) -> object:
    """Whatever else there is shows itself: `{value!r}` and `{most:_}` are for the table to say."""
    if isinstance(value, Said):
        return value.words(language)
    if isinstance(value, tuple):
        return ("、" if language == "zh" else ", ").join(str(_shown(one, language)) for one in value)
    return value

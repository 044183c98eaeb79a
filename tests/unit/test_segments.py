"""SMS segments as carriers bill them."""

from __future__ import annotations

import pytest

from bot.domain.segments import Alphabet, count_segments, outside_gsm7


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("", Alphabet.GSM7, 0, 1),
        ("a" * 160, Alphabet.GSM7, 160, 1),
        ("a" * 161, Alphabet.GSM7, 161, 2),
        ("a" * 306, Alphabet.GSM7, 306, 2),
        ("a" * 307, Alphabet.GSM7, 307, 3),
        ("¥50 à la carte", Alphabet.GSM7, 14, 1),
        ("€" * 80, Alphabet.GSM7, 160, 1),
        ("€" * 81, Alphabet.GSM7, 162, 2),
        ("a" * 152 + "€" + "a" * 8, Alphabet.GSM7, 162, 2),  # the escape may not end a part
        ("a" * 152 + "€" + "a" * 152, Alphabet.GSM7, 306, 3),
        ("中" * 70, Alphabet.UCS2, 70, 1),
        ("中" * 71, Alphabet.UCS2, 71, 2),
        ("中" * 134, Alphabet.UCS2, 134, 2),
        ("中" * 150, Alphabet.UCS2, 150, 3),
        ("a" * 71 + "“", Alphabet.UCS2, 72, 2),
        ("😀" * 35, Alphabet.UCS2, 70, 1),
        ("a" * 66 + "😀" + "a" * 66, Alphabet.UCS2, 134, 3),  # a pair is not split over two parts
    ],
)
def test_a_text_takes_its_segments(text: str, alphabet: Alphabet, units: int, segments: int) -> None:
    count = count_segments(text)
    assert (count.alphabet, count.units, count.segments) == (alphabet, units, segments)


def test_the_characters_that_cost_are_named() -> None:
    assert outside_gsm7("it’s “fine” €5") == frozenset("’“”")

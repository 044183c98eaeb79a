"""The console's colours can be read: WCAG 2 AA, in light and in dark."""

from __future__ import annotations

import re

import pytest

from console.assets import STATIC

TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink-soft", "paper", TEXT),
    ("ink-soft", "sheet", TEXT),
    ("ink-soft", "sunken", TEXT),
    ("line", "paper", TEXT),
    ("line", "sheet", TEXT),
    ("line-strong", "line-wash", TEXT),
    ("on-line", "line", TEXT),
    ("ink", "line-wash", TEXT),
    ("good", "good-wash", TEXT),
    ("warn", "warn-wash", TEXT),
    ("bad", "bad-wash", TEXT),
    ("calm", "calm-wash", TEXT),
    ("bad", "sheet", TEXT),
    ("warn", "sheet", TEXT),
    ("sheet", "series-1", TEXT),  # the counts in the flow's drawing
    ("sheet", "series-2", TEXT),
    ("sheet", "series-3", TEXT),
    ("sheet", "series-5", TEXT),
    ("field", "sheet", SHAPE),
    ("series-rest", "sheet", SHAPE),
]


def palette(theme: str) -> dict[str, str]:
    css = (STATIC / "console.css").read_text(encoding="utf-8")
    block = re.search(rf'\[data-bs-theme="{theme}"\] {{(.*?)}}', css, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block.group(1)))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_of_colours_has_enough_contrast(theme: str, front: str, back: str, least: float) -> None:
    colours = palette(theme)
    assert contrast(colours[front], colours[back]) >= least

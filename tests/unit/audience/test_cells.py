"""Cells: what a text may be, and that no reason ever repeats it."""

from __future__ import annotations

import pytest

from bot.audience import cells
from bot.audience.errors import CellError
from bot.rules.catalogue import FactorType


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("29.85", FactorType.NUMBER, 29.85),
        ("50", FactorType.NUMBER, 50),
        ("-1.5e3", FactorType.NUMBER, -1500.0),
        ("1e15", FactorType.NUMBER, 1e15),
        ("12", FactorType.INTEGER, 12),
        ("12.0", FactorType.INTEGER, 12),
        ("Yes", FactorType.FLAG, True),
        ("否", FactorType.FLAG, False),
        ("2026-11-22", FactorType.DATE, "2026-11-22"),
        ("2026-11-22T10:00:00+08:00", FactorType.DATETIME, "2026-11-22T02:00:00+00:00"),
        ("余额", FactorType.TEXT, "余额"),
    ],
)
def test_a_cell_is_read_as_its_type(text: str, kind: FactorType, value: object) -> None:
    found = cells.read_cell(text, kind, None)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("secret", FactorType.NUMBER),
        ("nan", FactorType.NUMBER),
        ("1e999", FactorType.NUMBER),
        ("1e308", FactorType.NUMBER),
        ("-1000000000000001", FactorType.NUMBER),
        ("1_000", FactorType.NUMBER),
        ("１２", FactorType.INTEGER),
        ("12.5", FactorType.INTEGER),
        ("maybe", FactorType.FLAG),
        ("22.11.2026", FactorType.DATE),
        ("yesterday", FactorType.DATETIME),
        ("x" * 1001, FactorType.TEXT),
    ],
)
def test_a_wrong_cell_is_refused_without_repeating_it(text: str, kind: FactorType) -> None:
    with pytest.raises(CellError) as caught:
        cells.read_cell(text, kind, None)

    assert text not in str(caught.value)


def test_dates_follow_the_format_that_the_map_names() -> None:
    assert cells.read_cell("8/31/2014", FactorType.DATE, "%m/%d/%Y") == "2014-08-31"


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("13812341234", "CN", "+8613812341234"),
        ("138 1234 1234", "CN", "+8613812341234"),
        ("+8613812341234", "US", "+8613812341234"),
        ("13812341234.0", "CN", "+8613812341234"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("7000842753", "IN", "+917000842753"),
    ],
)
def test_numbers_become_e164(text: str, region: str, number: str) -> None:
    assert cells.e164(text, region) == number


@pytest.mark.parametrize("text", ["12345", "1.39E+10", "call me", "+8612000000000"])
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(CellError) as caught:
        cells.e164(text, "CN")

    assert text not in str(caught.value)


def test_consents_are_pairs_of_channel_and_purpose() -> None:
    assert cells.consents("sms:marketing; call:service,sms:marketing") == ["call:service", "sms:marketing"]
    with pytest.raises(CellError):
        cells.consents("fax:marketing")

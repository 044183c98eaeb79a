"""The factor catalogue: the shipped one is sound, and a bad line is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rules.catalogue import CatalogueError, FactorType, load_catalogue, parse_catalogue

SHIPPED = Path(__file__).parents[3] / "flows" / "factors.yaml"


def test_the_shipped_catalogue_titles_every_factor_in_both_languages() -> None:
    catalogue = load_catalogue(SHIPPED)
    assert len(list(catalogue)) > 40
    assert {factor.name for factor in catalogue if not {"en", "zh"} <= factor.title.keys()} == set()
    assert catalogue["balance"].type is FactorType.NUMBER
    assert catalogue["sms_habit"].type is FactorType.FLAG


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("balance: {type: numbr}", "f.yaml:1:17: error KL010: unknown type 'numbr' (did you mean number?)"),
        ("balance: {title: {en: B}}", "KL010: balance has no type"),
        ("Balance!: {type: number}", "f.yaml:1:1: error KL010: 'Balance!' is no factor name"),
        ("balance: number", "KL010: balance needs a type, found 'number'"),
        ("balance: {type: number, titel: x}", "unknown field 'titel' (did you mean title?)"),
        (
            "balance: {type: number}\nbalance: {type: text}",
            "f.yaml:2:1: error KL002: 'balance' is given twice",
        ),
        ("- balance", "expected factor names, found a list"),
        ("a: [", "KL001: this is not YAML"),
    ],
)
def test_a_bad_line_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text, "f.yaml")
    assert message in str(caught.value)


def test_a_mistyped_factor_gets_a_suggestion() -> None:
    assert load_catalogue(SHIPPED).suggest("days_since_rechage") == "did you mean days_since_recharge?"


def test_a_missing_catalogue_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.yaml"):
        load_catalogue(tmp_path / "none.yaml")

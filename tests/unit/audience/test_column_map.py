"""Column maps: every mistake is named by file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.audience.column_map import Column, NumberRange, Synthesised
from bot.audience.errors import MapError
from bot.audience.map_file import load_map, parse_map
from bot.audience.source import require_columns
from bot.rules.catalogue import load_catalogue, parse_catalogue

ROOT = Path(__file__).resolve().parents[3]
HEAD = "customer:\n  external_id: id\n  msisdn: phone\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.yaml:1:1: the file is empty"),
        ("customer: [", "m.yaml:1:12: this is not YAML"),
        ("- a", "m.yaml:1:1: a column map must be a mapping, not a list"),
        ("factors: {}", "m.yaml:1:1: the section 'customer' is missing"),
        ("customer: {external_id: id}", "m.yaml:1:11: customer.msisdn is missing"),
        (HEAD + "factor: {}", "m.yaml:4:1: a column map has no 'factor'; did you mean factors?"),
        (HEAD + "  tiers: x", "m.yaml:4:3: the section 'customer' has no 'tiers'; did you mean tier?"),
        (HEAD + "  tier: {constant: gold}", "m.yaml:4:20: tier: 'gold' is none of high, mid, ordinary"),
        (HEAD + "  tier: {column: t, values: {A: gold}}", "m.yaml:4:33: tier: 'gold' is none of"),
        (HEAD + "  tier: {column: t, bands: {low: mid}}", "m.yaml:4:29: 'low' is not a number"),
        (
            HEAD + "  time_zone: {constant: Mars/Base}",
            "m.yaml:4:25: time_zone: 'Mars/Base' is not a known time",
        ),
        (HEAD + "  name: {}", "m.yaml:4:9: name needs exactly one of column, constant"),
        (HEAD + "  name: {column: a, constant: b}", "m.yaml:4:9: name needs exactly one of"),
        (
            HEAD + "  name: {column: a, value: {}}",
            "m.yaml:4:21: name with 'column' takes no 'value'; did you",
        ),
        (HEAD + "  consents: {constant: ['sms:marketing']}", "m.yaml:4:3: consents need 'consent_evidence'"),
        (HEAD + "consent_evidence: [1]", "m.yaml:4:19: consent_evidence must be text"),
        (HEAD + "factors: {a: {column: b, type: money}}", "m.yaml:4:32: type must be one of number, integer"),
        (HEAD + "factors: {a: {expression: 'b ** 2'}}", "m.yaml:4:28: a: 'b ** 2' is not allowed"),
        (HEAD + "factors: {a: {constant: x, type: number}}", "m.yaml:4:25: a: 'x' is not of type number"),
        (HEAD + "factors: {a: {synthesise: {low: 3}}}", "m.yaml:4:27: a: synthesise needs"),
        (HEAD + "factors: {tier: t}", "m.yaml:4:11: 'tier' is a field of the customer, not a factor"),
        (HEAD + "factors: {a: x, a: y}", "m.yaml:4:17: 'a' is given twice"),
        (HEAD + "marks: red", "m.yaml:4:8: the section 'marks' must be a mapping, not"),
        (HEAD + "marks: {}", "m.yaml:4:1: marks need 'flags' or 'words'"),
        (HEAD + "marks: {flag: {}}", "m.yaml:4:9: the section 'marks' has no 'flag'; did you mean flags?"),
        (HEAD + "marks: {flags: {Red: r}}", "m.yaml:4:17: 'Red' is no list's name: a word in small"),
        (HEAD + "marks: {flags: {red: {column: r, type: number}}}", "m.yaml:4:40: red is of type flag, not"),
        (
            HEAD + "marks: {flags: {red: {column: r, values: {a: b}}}}",
            "m.yaml:4:46: red: 'b' is not of type flag",
        ),
        (HEAD + "marks: {words: {values: {A: red}}}", "m.yaml:4:16: marks.words needs 'column'"),
        (HEAD + "marks: {words: {column: l, values: {A: RED}}}", "m.yaml:4:40: 'RED' is no list's name"),
        (HEAD + "marks: {words: {column: l, values: {A B: red}}}", "m.yaml:4:37: 'A B' is not one word"),
        (HEAD + "marks: {words: {column: l, values: {}}}", "m.yaml:4:36: marks.words.values names no list"),
        (
            HEAD + "marks: {words: l, flags: {red: r}}",
            "m.yaml:4:27: the list 'red' is among the words as well",
        ),
        (HEAD + "marks: {words: l, lift_missing: true}", "m.yaml:4:19: lift_missing needs 'source'"),
        (
            HEAD + "marks: {words: l, source: crm, lift_missing: soon}",
            "m.yaml:4:46: lift_missing must be true",
        ),
        (HEAD + "marks: {words: l, source: ''}", "m.yaml:4:28: source must be text"),
        (HEAD + "file: {encoding: klingon}", "m.yaml:4:18: encoding must be one of utf-8"),
        (HEAD + "file: {delimiter: '||'}", "m.yaml:4:20: delimiter must be one character"),
        (HEAD + "file: {region: XX}", "m.yaml:4:16: 'XX' is no country such as CN or US"),
        (
            "customer:\n  external_id: id\n  msisdn: {synthesise: {range: '+123'}}",
            "m.yaml:3:33: the range is not a valid telephone number",
        ),
        (
            "customer:\n  external_id: id\n  msisdn: {synthesise: {range: '+8613812345678'}}",
            "m.yaml:3:33: a range must end in zeros",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_map(text, "m.yaml")

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_column_that_the_file_lacks_is_named_with_a_near_one() -> None:
    found = parse_map(HEAD + "factors:\n  months: {column: 'Tenur'}\n", "maps/x.yaml")

    with pytest.raises(MapError) as caught:
        require_columns(found, ["id", "phone", "Tenure"])

    assert str(caught.value) == "maps/x.yaml:5:21: column 'Tenur' is not in the file; did you mean 'Tenure'?"


def test_a_column_of_lists_that_the_file_lacks_is_named_with_its_place() -> None:
    column_map = parse_map(HEAD + "marks: {words: list, flags: {vip: is_vip}}", "m.yaml")
    with pytest.raises(
        MapError, match=r"m.yaml:4:16: column 'list' is not in the file; did you mean 'lists'\?"
    ):
        require_columns(column_map, ["id", "phone", "lists", "is_vip"])
    with pytest.raises(MapError, match=r"m.yaml:4:35: column 'is_vip' is not in the file"):
        require_columns(column_map, ["id", "phone", "list"])


def test_a_column_inside_an_expression_is_named_with_its_place() -> None:
    found = parse_map(HEAD + "factors:\n  drop: {expression: arpu_8 - arpu_7}\n", "x.yaml")

    with pytest.raises(MapError, match=r"x\.yaml:5:31: column 'arpu_7'"):
        require_columns(found, ["id", "phone", "arpu_8"])


def test_a_factor_must_be_in_the_catalogue_with_its_type() -> None:
    catalogue = parse_catalogue("balance: {type: number}\nsms_habit: {type: flag}\n")

    with pytest.raises(MapError, match=r"m:4:11: factor 'balanse' .* did you mean balance\?"):
        parse_map(HEAD + "factors: {balanse: b}", "m", catalogue)
    with pytest.raises(MapError, match=r"m:4:38: balance is of type number, not text"):
        parse_map(
            HEAD + "factors: {balance: {column: b, type: text}}",
            "m",
            catalogue,
        )
    assert parse_map(HEAD + "factors: {balance: b}", "m", catalogue).factors["balance"].type == "number"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", sorted((ROOT / "flows" / "maps").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_map_fits_the_factor_catalogue(path: Path) -> None:
    found = load_map(path, load_catalogue(ROOT / "flows" / "factors.yaml"))

    assert isinstance(found.fields["external_id"], Column)


def test_only_maps_that_make_something_up_say_where() -> None:
    ibm = load_map(ROOT / "flows" / "maps" / "ibm_telco.yaml")
    extract = load_map(ROOT / "flows" / "maps" / "prepaid_extract.yaml")

    assert isinstance(ibm.fields["msisdn"], NumberRange)
    assert ibm.synthesised_at() is not None
    assert extract.synthesised_at() is None


def test_a_made_up_value_is_the_same_each_time_and_spread_over_its_range() -> None:
    found = parse_map(
        HEAD + "factors: {b: {synthesise: {low: 1, high: 30}}, l: {synthesise: {choice: {x: 3, y: 1}}}}", "m"
    )
    balance, letter = found.factors["b"], found.factors["l"]
    assert isinstance(balance, Synthesised)
    assert isinstance(letter, Synthesised)

    values = [balance.value("b", f"customer-{n}") for n in range(2000)]
    letters = [letter.value("l", f"customer-{n}") for n in range(2000)]

    assert values == [balance.value("b", f"customer-{n}") for n in range(2000)]
    assert all(isinstance(value, float) and 1 <= value <= 30 for value in values)
    assert 14 < sum(v for v in values if isinstance(v, float)) / 2000 < 17
    assert 1400 < letters.count("x") < 1600

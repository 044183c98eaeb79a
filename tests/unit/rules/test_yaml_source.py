"""Reading YAML: what words mean, where everything stands, and how a file that is none is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.problems import Place, Problems
from bot.rules.yaml_source import (
    DEEPEST,
    LONGEST,
    MOST_VALUES,
    Scalar,
    Series,
    Table,
    Value,
    YamlError,
    load_mapping,
    plain,
    read_yaml,
)

FLOWS = Path(__file__).parents[3] / "flows"
SHIPPED = sorted(FLOWS.rglob("*.yaml"))


def read(text: str) -> Value:
    problems = Problems("f.yaml")
    value = read_yaml(text, problems)
    assert problems.found == []
    assert value is not None
    return value


def problems_of(text: str) -> list[str]:
    problems = Problems("f.yaml")
    read_yaml(text, problems)
    return [str(problem) for problem in problems.in_order()]


def scalars(value: Value) -> Iterator[Scalar]:
    if isinstance(value, Scalar):
        yield value
    within = [one.value for one in value.entries.values()] if isinstance(value, Table) else []
    for one in value.items if isinstance(value, Series) else within:
        yield from scalars(one)


def only(text: str) -> Scalar:
    (found,) = scalars(read(text))
    return found


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("", None),
        ("~", None),
        ("null", None),
        ("nil", "nil"),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("1_000", 1000),
        ("1,000", "1,000"),
        ("8.50", Decimal("8.50")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal(1000)),
        ("1.2.3", "1.2.3"),
        ("10:30", "10:30"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22 10:30:00", "2026-11-22 10:30:00"),
        ("24h", "24h"),
        ("一", "一"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!float 3", Decimal(3)),
        ("http://x.cn/a?b=1#c", "http://x.cn/a?b=1#c"),
        ("为什么？Why?", "为什么？Why?"),
    ],
)
def test_a_word_means_what_version_1_2_says(written: str, value: object) -> None:
    found = only(f"a: {written}").value
    assert found == value
    assert type(found) is type(value)


def test_a_question_is_text_inside_brackets_too() -> None:
    assert plain(read("{en: Worth it?, zh: 值得?}")) == {"en": "Worth it?", "zh": "值得?"}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_directive_changes_no_meaning(version: str) -> None:
    assert only(f"%YAML {version}\n---\na: yes").value == "yes"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_text_stands_where_its_place_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = list(scalars(read(text)))
    for one in found:
        if one.inline:
            assert lines[one.place.line - 1][one.place.col - 1 :].startswith(one.text)
    assert sum(one.inline for one in found) >= len(found) / 2


@pytest.mark.parametrize(
    "text",
    [
        "称呼: x\n问候: 您好{name}",
        "😀: x\n问候: 您好{name}",
        "\ufeff称呼: x\n问候: 您好{name}",
        "称呼: x\r\n问候: 您好{name}\r\n",
        "称呼:\tx\n问候: 您好{name}",
    ],
    ids=["chinese", "emoji", "byte order mark", "windows", "tab"],
)
def test_columns_are_characters_counted_from_one(text: str) -> None:
    first, second = scalars(read(text))
    assert first.place == Place(1, text.lstrip("\ufeff").index("x") + 1)
    assert second.inside(second.text.index("{")) == Place(2, 7)


@pytest.mark.parametrize(
    ("written", "brace"),
    [
        ("'ab{c}'", Place(1, 7)),
        ("ab{c}", Place(1, 6)),
        (r'"a\u0062{c}"', Place(1, 5)),  # from here on the offset in the text is none in the line
        ("'it''s {c}'", Place(1, 5)),
        ("!!str ab{c}", Place(1, 4)),
        ("|\n  ab{c}", Place(1, 4)),
        ("'ab\n  {c}'", Place(1, 4)),
    ],
)
def test_a_character_is_found_in_its_line_or_by_the_start_of_its_text(written: str, brace: Place) -> None:
    found = only(f"a: {written}")
    assert found.inside(found.text.index("{")) == brace


def test_an_empty_value_stands_behind_its_colon() -> None:
    assert only("a:   # nothing yet\n").place == Place(1, 3)


def test_an_alias_is_the_value_that_it_stands_for() -> None:
    text = "day: &hours {opens: 9, closes: 18}\nnight: *hours\n"
    assert plain(read(text)) == {"day": {"opens": 9, "closes": 18}, "night": {"opens": 9, "closes": 18}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "f.yaml:1:1: error KL001: the file is empty"),
        ("# nothing\n", "f.yaml:1:1: error KL001: the file is empty"),
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: error KL002: 'a' is given twice (only one of them can hold)"),
        ("1: a\n'1': b", "f.yaml:2:1: error KL002: '1' is given twice (only one of them can hold)"),
        ("a: !!binary x", "f.yaml:1:4: error KL003: the tag tag:yaml.org,2002:binary is not allowed"),
        ("a: !secret x", "f.yaml:1:4: error KL003: the tag !secret is not allowed"),
        ("a: <<", "f.yaml:1:4: error KL003: the tag tag:yaml.org,2002:merge is not allowed"),
        ("a: .inf", "f.yaml:1:4: error KL003: '.inf' cannot be read as float"),
        ("a: 0b2_", None),
        ("a: 01_0", "f.yaml:1:4: error KL003: '01_0' cannot be read as int"),
        ("a: &x {b: *x}", "f.yaml:1:11: error KL003: an alias may not contain itself"),
        ("[a, b]: c", "f.yaml:1:1: error KL003: a name must be plain text"),
        ("a: *x", "f.yaml:1:4: error KL001: this is not YAML: nothing before has the anchor &x"),
        (
            "a: 1\n---\nb: 2",
            "f.yaml:2:1: error KL001: only one document is allowed in a file (remove the line ---)",
        ),
        ("a: 您\u2028好", "f.yaml:1:5: error KL001: the character U+2028 is not allowed (remove it)"),
        ("a: 1\nb: \x07", "f.yaml:2:4: error KL001: the character U+0007 is not allowed (remove it)"),
        ("a: \ud800", "f.yaml:1:4: error KL001: the character U+D800 is not allowed (remove it)"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_place(text: str, expected: str | None) -> None:
    assert problems_of(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a: 1\nb: 'x\nc: 2\n", "2:4", "a quote is not closed"),
        ("a: 1\nb: {x: 1\n\n# c\n", "2:4", "a text with a comma or a bracket in it needs quotes"),
        ("a: [x, {y]\n", "1:10", "a text with a comma or a bracket in it needs quotes"),
        ("a: b: c", "1:5", "a text with a colon in it needs quotes"),
        ("a: 你好: 世界", "1:6", "a text with a colon in it needs quotes"),
        ("a: @x", "1:4", "indent with spaces; a text that begins so needs quotes"),
        ("a:\n\tb: 1", "2:1", "indent with spaces; a text that begins so needs quotes"),
        ("a: 1\nname\nb: 2", "2:1", "a name is followed by a colon and a space"),
        ("a: 'b' c", "1:8", "is it indented as its neighbours are, and is each quote closed?"),
    ],
)
def test_what_is_no_yaml_is_told_with_a_way_out(text: str, place: str, hint: str) -> None:
    (problem,) = problems_of(text)
    assert problem.startswith(f"f.yaml:{place}: error KL001: this is not YAML: ")
    assert problem.endswith(f"({hint})")


def test_all_that_is_not_allowed_is_told_at_once() -> None:
    text = "a: !x 1\nb: {c: .nan, c: 2}\n[d]: 3\n"
    assert [problem.split(": ")[0] for problem in problems_of(text)] == [
        "f.yaml:1:4",
        "f.yaml:2:8",
        "f.yaml:2:14",
        "f.yaml:3:1",
    ]


def _bomb(levels: int) -> str:
    """Ten times as many values with each line."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def _chain(levels: int) -> str:
    """One level more with each line."""
    return "a0: &a0 1\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, levels))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, f"f.yaml:1:{DEEPEST + 1}: error KL001: this is nested deeper than {DEEPEST} levels"),
        ("- " * 100_000, f"this is nested deeper than {DEEPEST} levels"),
        ("{a: " * 100_000, f"this is nested deeper than {DEEPEST} levels"),
        ("? " * 100_000, f"this is nested deeper than {DEEPEST} levels"),
        (_chain(100), f"this is nested deeper than {DEEPEST} levels"),
        (_bomb(30), f"the file holds more than {MOST_VALUES} values"),
        ("a" * (LONGEST + 1), f"f.yaml:1:1: error KL001: the file is longer than {LONGEST} characters"),
    ],
    ids=["lists", "block lists", "mappings", "names", "chain of aliases", "bomb of aliases", "length"],
)
def test_a_file_that_would_exhaust_the_reader_is_refused_at_once(text: str, message: str) -> None:
    (problem,) = problems_of(text)
    assert message in problem


_LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"])
_TEXT = st.text(_LETTERS.filter(lambda letter: letter != "\ufeff"), max_size=20)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_DATA)
def test_what_json_says_is_read_as_it_is(data: Any) -> None:
    assert plain(read(json.dumps(data, ensure_ascii=False))) == data


def test_a_whole_file_is_read_by_name(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("caps: [{limit: 2}]\nholidays: [2027-02-17]\n", encoding="utf-8")
    assert load_mapping(file) == {"caps": [{"limit": 2}], "holidays": ["2027-02-17"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "1:1: error KL001: cannot be read: "),
        (b"\xff\xfe", "1:1: error KL001: cannot be read: "),
        (b"", "1:1: error KL001: the file is empty"),
        (b"- a\n", "1:1: error KL001: expected names and values, found a list"),
        (b"a: 1\na: 2\n", "2:1: error KL002: 'a' is given twice"),
    ],
)
def test_a_file_that_cannot_be_read_by_name_is_told(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "policy.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(YamlError) as caught:
        load_mapping(file)
    assert str(caught.value).startswith(f"{file}:{message}")

"""Do-not-call files: which cell of a line is the number, and what number it is."""

from __future__ import annotations

import random
from pathlib import Path

import phonenumbers
import pytest

from bot.register.errors import NumberError, RegisterError
from bot.register.number_file import open_numbers
from bot.register.numbers import NumberReader, is_international
from bot.register.patterns import read_pattern


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("+8613812345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("138 1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("(010) 6554-1234", "+861065541234"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("00447400123456", "+447400123456"),
        ("4008123123", "+864008123123"),
    ],
)
def test_numbers_are_read_however_they_are_written(written: str, number: str) -> None:
    assert NumberReader("CN").read(written) == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "is empty"),
        ("1381234567", "plan"),
        ("+861381234567", "plan"),
        ("1.38123E+10", "rounded by a spreadsheet"),
        ("Li Lei", "is not a telephone number"),
        ("1" * 41, "too long"),
        ("x" * 41, "too long"),
        ("13812345678 ext. 3", "plan"),
    ],
)
def test_what_is_no_number_has_a_reason_that_does_not_repeat_it(written: str, reason: str) -> None:
    with pytest.raises(NumberError, match=reason) as caught:
        NumberReader("CN").read(written)
    assert not written or written not in str(caught.value)


def test_a_country_without_numbers_is_refused() -> None:
    with pytest.raises(NumberError, match="'XX'"):
        NumberReader("XX")


def test_the_fast_way_knows_the_same_numbers_as_the_library() -> None:
    chance = random.Random(7)
    codes = ("86", "1", "44", "39", "7", "49", "33", "800", "852", "55", "91", "61", "47", "590")
    for _ in range(4_000):
        digits = chance.choice(codes) + "".join(chance.choices("0123456789", k=chance.randrange(6, 12)))
        assert is_international(digits) == _valid(digits), digits


def _valid(digits: str) -> bool:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(number) and written == f"+{digits}"


def cells(path: Path, text: str, column: str | None = None, encoding: str = "utf-8") -> list[tuple[int, str]]:
    path.write_bytes(text.encode(encoding))
    with open_numbers(path, column) as file:
        return list(file.rows())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13812345678\n\n 13912345678 \r\n", [(1, "13812345678"), (3, "13912345678")]),
        ("\ufeffphone\n13812345678\n", [(2, "13812345678")]),
        ("name,msisdn\nLi,13812345678\n", [(2, "13812345678")]),
        ('"msisdn";"note"\n"13812345678";"a;b"\n', [(2, "13812345678")]),
        ("13812345678,li\n13912345678,wang\n", [(1, "13812345678"), (2, "13912345678")]),
        ("msisdn\tnote\n13812345678\tone, two\n", [(2, "13812345678")]),
        ("name,phone\nLi\n", [(2, "")]),
        ("name,手机号码\nLi,13812345678\n", [(2, "13812345678")]),
    ],
)
def test_the_numbers_are_found(tmp_path: Path, text: str, found: list[tuple[int, str]]) -> None:
    assert cells(tmp_path / "list.csv", text) == found


def test_a_broken_quote_costs_no_number_but_its_own(tmp_path: Path) -> None:
    text = 'phone,note\n13812345678,"said "no\n13912345678,"two\nlines"\n13712345678,ok\n'

    assert [cell for _, cell in cells(tmp_path / "list.csv", text)] == [
        "13812345678", "13912345678", 'lines"', "13712345678",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings_hold_the_same_numbers(tmp_path: Path, encoding: str) -> None:
    assert cells(tmp_path / "list.csv", "姓名,电话\n李雷,13812345678\n", encoding=encoding) == [
        (2, "13812345678")
    ]


def test_an_endless_line_is_one_row(tmp_path: Path) -> None:
    found = cells(tmp_path / "list.txt", "9" * 200_000 + "\n13812345678\n")

    assert [row for row, _ in found] == [1, 2]
    assert found[1] == (2, "13812345678")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", None, "list.csv: the file is empty"),
        ("a,b\n1,2\n", "phone", "list.csv:1: there is no column 'phone'; there are a, b"),
        ("a,b\n1,2\n", None, "list.csv:1: cannot tell which column holds the numbers; name it with --column"),
        ("phone,mobile\n1,2\n", None, "list.csv:1: cannot tell which column"),
        ("PK\x03\x04\0\0", None, "list.csv: is not a text file; save it as CSV"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, text: str, column: str | None, message: str
) -> None:
    with pytest.raises(RegisterError, match=f"^{message}"):
        cells(tmp_path / "list.csv", text, column)


def test_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="there is no such file"), open_numbers(tmp_path / "none.csv"):
        pass
    with pytest.raises(RegisterError, match="is not a file"), open_numbers(tmp_path):
        pass


@pytest.mark.parametrize(("written", "prefix"), [("+86170*", "+86170"), (" +1900 ", "+1900")])
def test_patterns_are_the_digits_that_numbers_begin_with(written: str, prefix: str) -> None:
    assert read_pattern(written) == prefix


@pytest.mark.parametrize(
    ("written", "reason"),
    [("170*", "not a pattern"), ("+86*", "a whole country"), ("+1", "not a pattern"), ("+86*170", "not a pattern"),
     ("+2991*x", "not a pattern"), ("+21012*", "no country's calling code")],
)  # fmt: skip
def test_odd_patterns_are_refused(written: str, reason: str) -> None:
    with pytest.raises(RegisterError, match=reason):
        read_pattern(written)

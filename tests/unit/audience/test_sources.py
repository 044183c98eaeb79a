"""Files as streams of rows: a broken row costs itself, never its neighbours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot.audience.errors import SourceError
from bot.audience.importing import open_source
from bot.audience.map_file import parse_map
from bot.audience.source import BrokenRow, GoodRow

MAP = "customer: {external_id: id, msisdn: phone, name: name}\n"
Found = list[tuple[int, list[str] | str]]


def read(path: Path, map_text: str = MAP) -> Found:
    with open_source(path, parse_map(map_text, "m.yaml")) as source:
        found: Found = []
        for row in source.rows():
            if isinstance(row, GoodRow):
                found.append((row.row_number, list(row.cells)))
            else:
                assert isinstance(row, BrokenRow)
                found.append((row.row_number, row.reason))
        assert source.done() == source.total
        return found


def csv_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "base.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'id,phone,name\r\n1,2,"Li, ""Lei"""\r\n3,4,"a\r\nb"\r\n5,6,c\r\n')

    assert read(path) == [(2, ["1", "2", 'Li, "Lei"']), (3, ["3", "4", "a\r\nb"]), (5, ["5", "6", "c"])]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2", "has 2 cells, the header has 3"),
        ("1,2,3,4", "has 4 cells, the header has 3"),
        ('1,2,"open', "a quote is opened and not closed"),
        ('1,2,"a"b', "the quotes make no sense"),
        ("1,2,a\x00b", "holds bytes that are not in the file's encoding"),
    ],
)
def test_a_broken_row_is_named_and_the_good_ones_go_on(tmp_path: Path, row: str, reason: str) -> None:
    path = csv_file(tmp_path, f"id,phone,name\n7,8,x\n{row}\n9,10,y\n11,12,z\n")

    assert read(path) == [
        (2, ["7", "8", "x"]),
        (3, reason),
        (4, ["9", "10", "y"]),
        (5, ["11", "12", "z"]),
    ]


def test_two_unclosed_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'id,phone,name\n1,2,"a\n3,4,b\n5,6,"c\n7,8,d\n')

    found = read(path)

    assert [number for number, row in found if isinstance(row, list)] == [3, 5]
    assert [number for number, row in found if isinstance(row, str)] == [2, 4]


def test_bytes_of_another_encoding_are_a_broken_row(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b"id,phone,name\n1,2,ok\n3,4," + "余额".encode("gb18030") + b"\n5,6,ok\n")

    assert [number for number, row in read(path) if isinstance(row, str)] == [3]


def test_gb18030_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    chinese = csv_file(tmp_path, "id,phone,name\n1,2,李雷\n".encode("gb18030"))
    assert read(chinese, MAP + "file: {encoding: gb18030}\n") == [(2, ["1", "2", "李雷"])]

    marked = csv_file(tmp_path, "\ufeffid,phone,name\n1,2,李雷\n")
    assert read(marked) == [(2, ["1", "2", "李雷"])]


def test_an_endless_line_is_one_broken_row(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id,phone,name\n1,2," + "x" * 3_000_000 + "\n3,4,y\n")

    assert read(path) == [(2, "is too long for a row"), (3, ["3", "4", "y"])]


def test_other_delimiters_and_blank_lines(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id;phone;name\n\n1;2;a\n\n")

    assert read(path, MAP + "file: {delimiter: ';'}\n") == [(3, ["1", "2", "a"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n1,2,3\n", "no column names"),
        ("id,phone,name,id\n", "column 'id' is there twice"),
        ("id,phone,name\n".encode("utf-16"), "the column names are not in utf-8"),
    ],
)
def test_a_file_without_usable_column_names_is_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(csv_file(tmp_path, content))


def test_files_that_are_no_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    (tmp_path / "a.parquet").write_bytes(b"")
    for name, message in [
        ("none.csv", "there is no such file"),
        ("a.xlsx", r"cannot tell what kind of file \.xlsx is"),
        ("a.parquet", "the file is empty"),
        (".", "is not a file"),
    ]:
        with pytest.raises(SourceError, match=message):
            read(tmp_path / name)


def test_parquet_cells_read_like_those_of_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "base.parquet"
    table = pa.table(
        {
            "unused": [1, 2],
            "name": ["a", None],
            "id": [10, 11],
            "phone": [13812341234.0, float("nan")],
            "flag": [True, False],
            "day": [date(2026, 11, 22), None],
        }
    )
    pq.write_table(table, path)

    found = read(path, MAP + "factors: {flag: flag, day: day}\n")

    assert found == [
        (1, ["10", "13812341234", "a", "true", "2026-11-22"]),
        (2, ["11", "", "", "false", ""]),
    ]


def test_parquet_lists_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "base.parquet"
    pq.write_table(pa.table({"id": [[1]], "phone": ["1"], "name": ["a"]}), path)

    with pytest.raises(SourceError, match="column 'id' holds lists or structures"):
        read(path)

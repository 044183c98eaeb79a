"""What a browser hands in reaches the views clean, and by one way only."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from console import given
from console.catalogue import CONSOLE

SOURCES = sorted(path for path in CONSOLE.glob("*.py") if path.name != "given.py")


def app() -> Flask:
    app = Flask("tests")
    given.install(app)
    app.add_url_rule("/orders/<id:order_id>", "order")
    return app


def test_no_view_reads_the_request_past_this_module() -> None:
    raw = re.compile(r"request\.(form|args|values|json|data|get_json)|<int[:(]")
    assert [path.name for path in SOURCES if raw.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("written", ["1" + "0" * 18, "1" + "0" * 30, "9" * 5000, "-1", "١", "1.5"])
def test_an_address_with_no_possible_id_is_nobodys(written: str) -> None:
    with pytest.raises(NotFound):
        app().url_map.bind("localhost").match(f"/orders/{written}")


def test_the_greatest_id_fits_into_a_bigint() -> None:
    _, values = app().url_map.bind("localhost").match("/orders/" + "9" * 18)
    assert values == {"order_id": 10**18 - 1}


@pytest.mark.parametrize(
    ("written", "page"),
    [("3", 3), ("0", 1), ("-7", 1), ("x", 1), ("", 1), ("1" + "0" * 30, 1_000_000), ("9" * 5000, 1)],
)
def test_a_page_has_a_number_that_the_database_can_count_to(written: str, page: int) -> None:
    with app().test_request_context("/", query_string={"page": written}):
        assert given.page() == page


def test_fields_come_without_control_characters_but_with_their_lines() -> None:
    fields = {"note": "one\r\n\ttwo\x00\x1b\x85", "id": ["1\x00", "2"]}
    with app().test_request_context("/?owner=1%002", method="POST", data=fields):
        assert given.form()["note"] == "one\r\n\ttwo"
        assert given.form().getlist("id") == ["1", "2"]
        assert given.query()["owner"] == "12"


def test_a_password_is_taken_to_the_letter() -> None:
    with app().test_request_context("/", method="POST", data={"password": " a\x01b "}):
        assert given.secret("password") == " a\x01b "


@pytest.mark.parametrize(
    ("written", "found"), [("7", 7), (None, None), ("", None), ("-7", None), ("9" * 19, None)]
)
def test_an_id_in_a_field_is_one_or_none(written: str | None, found: int | None) -> None:
    assert given.id_in(written) == found

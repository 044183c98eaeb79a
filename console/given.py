"""What a browser hands in, fit for the database: ids in addresses, numbers of pages, the fields of forms and queries.

Every view reads it here: PostgreSQL keeps no NUL and no number of any length, and nobody means either.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

_AN_ID: Final = r"[0-9]{1,18}"  # what a bigint holds
_MOST_PAGES: Final = 1_000_000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and the ends of lines


class Id(IntegerConverter):
    """A greater number is nobody's: 404."""

    regex = _AN_ID


def install(app: Flask) -> None:
    """Must come before the views: their addresses say `<id:...>`."""
    app.url_map.converters["id"] = Id


def form() -> MultiDict[str, str]:
    return _clean(request.form)


def query() -> MultiDict[str, str]:
    return _clean(request.args)


def secret(field: str) -> str:
    """To the letter, because it is only hashed."""
    return request.form.get(field, "")


def id_in(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(_AN_ID, text) else None


def page() -> int:
    """From 1 on; whatever is no number is the first."""
    return min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)


def _clean(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    return MultiDict((name, _CONTROL.sub("", value)) for name, value in fields.items(multi=True))

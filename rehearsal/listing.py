"""Lists in Twilio's form: filters by day, pages, and an envelope with one key that is not about paging."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiMapping

from rehearsal.books import DayRange, Page, R, take_page
from rehearsal.refusals import Refusal
from rehearsal.resources import json_bytes

_MOST_PER_PAGE = 1000
_USUAL_PER_PAGE = 50


def list_page(
    request: web.Request, resources: Iterator[R], wanted: Callable[[R], bool], key: str
) -> web.Response:
    query = request.query
    size = min(_MOST_PER_PAGE, _whole(query, "PageSize", _USUAL_PER_PAGE, least=1))
    number = _whole(query, "Page", 0, least=0)
    page = take_page(resources, wanted, number, size)
    envelope = _envelope(request, page) | {key: [resource.to_json() for resource in page.resources]}
    return web.Response(body=json_bytes(envelope), content_type="application/json")


def _envelope(request: web.Request, page: Page[R]) -> dict[str, Any]:
    start = page.number * page.size
    return {
        "first_page_uri": _page_uri(request, 0, page.size),
        "end": start + max(0, len(page.resources) - 1),
        "previous_page_uri": _page_uri(request, page.number - 1, page.size) if page.number else None,
        "uri": _page_uri(request, page.number, page.size),
        "page_size": page.size,
        "start": start,
        "next_page_uri": _page_uri(request, page.number + 1, page.size) if page.has_next else None,
        "page": page.number,
    }


def _page_uri(request: web.Request, number: int, size: int) -> str:
    paging = ("Page", "PageSize", "PageToken")
    filters = [(name, value) for name, value in request.query.items() if name not in paging]
    return f"{request.path}?{urlencode([*filters, ('PageSize', size), ('Page', number)])}"


def day_range(query: MultiMapping[str], name: str) -> DayRange:
    return DayRange(_day(query, name), _day(query, f"{name}<"), _day(query, f"{name}>"))


def _day(query: MultiMapping[str], name: str) -> datetime | None:
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(20001, name) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _whole(query: MultiMapping[str], name: str, default: int, least: int) -> int:
    text = query.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise Refusal(20001, name)
    return int(text)

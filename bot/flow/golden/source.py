"""Reads the golden conversations of a flow, `x.test.yaml`; what is wrong with them is named with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.quiet_hours import Window
from bot.domain.wall_clock import is_zone
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.golden.script import ZONE_BY_DEFAULT, Expected, GoldenFile, Input, Script, Turn
from bot.flow.golden.verbs import VERBS, read_amount
from bot.flow.host import Customer
from bot.flow.load import FlowError
from bot.flow.model import Offer
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import UNREADABLE, Scalar, Series, Table, Value, plain, read_yaml


def load_golden(file: Path) -> GoldenFile:
    """FlowError when it cannot be used."""
    return parse_golden(read_golden(file), str(file))


def read_golden(file: Path) -> str:
    """The text with its line ends as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "is not UTF-8 text"
        raise FlowError([Problem(str(file), 1, 1, UNREADABLE, reason)]) from error


def parse_golden(text: str, file: str) -> GoldenFile:
    problems = Problems(file)
    document = read_yaml(text, problems)
    golden = GoldenFile("", ())
    if isinstance(document, Table):
        golden = _golden(Fields(document, problems, "the file", Offer()))
    elif document is not None:
        problems.add(
            document.place, UNREADABLE, "golden conversations are a mapping", "flow:, conversations:"
        )
    if problems.found:
        raise FlowError(problems.in_order())
    return golden


def load_scripts(file: Path) -> list[Script]:
    return list(load_golden(file).scripts)


def _golden(fields: Fields) -> GoldenFile:
    name = fields.name("flow", required=True)
    facts = _facts(fields)
    zone = _zone(fields, facts) or ZONE_BY_DEFAULT
    golden = GoldenFile(name, (), facts, zone, _windows(fields) or ())
    conversations = fields.value("conversations", required=True)
    fields.close()
    if not isinstance(conversations, Series):
        if conversations is not None:
            fields.wrong(conversations, "conversations: needs a list")
        return golden
    scripts: list[Script] = []
    for item in conversations.items:
        if isinstance(item, Table):
            scripts.append(_script(Fields(item, fields.problems, "the conversation", Offer()), golden))
        else:
            fields.wrong(item, "a conversation needs name:, at: and script:")
    _check_names(scripts, fields.problems)
    return replace(golden, scripts=tuple(scripts))


def _check_names(scripts: list[Script], problems: Problems) -> None:
    seen: set[str] = set()
    for script in scripts:
        if script.name in seen:
            problems.add(script.place, WRONG_VALUE, f"two conversations are called {script.name!r}")
        seen.add(script.name)


def _script(fields: Fields, file: GoldenFile) -> Script:
    own = _facts(fields)
    zone = _zone(fields, own) or file.zone
    facts = {**file.shared, **own}
    windows = _windows(fields)
    turns = fields.value("script", required=True)
    if turns is not None and not isinstance(turns, Series):
        fields.wrong(turns, "script: needs a list")
    script = Script(
        name=fields.name("name", required=True),
        place=fields.place,
        customer=Customer(facts, str(facts.get("language", "zh")), zone),
        starts_at=_moment(fields, zone),
        windows=file.windows if windows is None else windows,
        turns=tuple(_turn(item, fields) for item in turns.items) if isinstance(turns, Series) else (),
    )
    fields.close()
    return script


def _turn(value: Value, fields: Fields) -> Turn:
    if isinstance(value, Scalar):
        return _input(value.place, value.text, None, fields)
    if isinstance(value, Table) and len(value.entries) == 1:
        verb, entry = next(iter(value.entries.items()))
        if verb == "expect":
            items = entry.value.items if isinstance(entry.value, Series) else (entry.value,)
            return Turn(value.place, expected=tuple(_expected(item, fields) for item in items))
        return _input(value.place, verb, entry.value, fields)
    fields.wrong(value, "a line of a script is one verb", "reply: '1'")
    return Turn(value.place)


def _input(place: Place, name: str, value: Value | None, fields: Fields) -> Turn:
    verb = VERBS.get(name)
    if verb is None:
        hint = did_you_mean(name, VERBS) or f"known are expect, {', '.join(VERBS)}"
        fields.problems.add(place, WRONG_VALUE, f"a script knows no {name!r}", hint)
        return Turn(place)
    text, details = "", dict[str, str | int | Decimal | bool]()
    if isinstance(value, Table) and name == "event":
        text, details = _event(Fields(value, fields.problems, "the event", Offer()))
    elif isinstance(value, Scalar):
        text = value.text
    elif value is not None:
        fields.wrong(value, f"{name}: needs one value")
        return Turn(place)
    if not verb.fits(text):
        hint = did_you_mean(text, verb.wants.removeprefix("one of ").split(", ")) or f"needs {verb.wants}"
        fields.problems.add(place, WRONG_VALUE, f"{name}: cannot read {text!r}", hint)
    return Turn(place, Input(name, text, details))


def _event(fields: Fields) -> tuple[str, dict[str, str | int | Decimal | bool]]:
    """`event: {name: offnet_warning, operator: X, amount: 5}`."""
    name = fields.name("name", required=True)
    details: dict[str, str | int | Decimal | bool] = {}
    for field, entry in fields.items():
        if field == "name":
            continue
        if not isinstance(entry.value, Scalar) or entry.value.value is None:
            fields.wrong(entry.value, f"{field}: needs one value")
        elif field == "amount" and read_amount(entry.value.text) is None:
            fields.wrong(entry.value, "amount: needs an amount such as 50")
        else:
            details[field] = entry.value.value
    return name, details


def _expected(value: Value, fields: Fields) -> Expected:
    if isinstance(value, Scalar):
        return Expected(value.text)
    if isinstance(value, Table) and len(value.entries) == 1:
        headline, entry = next(iter(value.entries.items()))
        parts = entry.value.items if isinstance(entry.value, Series) else (entry.value,)
        return Expected(headline, tuple(part.text for part in parts if isinstance(part, Scalar)))
    fields.wrong(value, "an expectation is a headline, or a headline and its words")
    return Expected("")


def _facts(fields: Fields) -> dict[str, object]:
    value = fields.value("customer")
    if value is None:
        return {}
    if not isinstance(value, Table):
        fields.wrong(value, "customer: needs facts by name", "{name: Ann, balance: 8.60}")
        return {}
    found = plain(value)
    return dict(found) if isinstance(found, dict) else {}


def _zone(fields: Fields, facts: Mapping[str, object]) -> str | None:
    """`time_zone:` beside the conversation, or among its customer's facts."""
    name = fields.text("time_zone") or facts.get("time_zone")
    if name is None:
        return None
    if is_zone(str(name)):
        return str(name)
    fields.problems.add(fields.place, WRONG_VALUE, f"there is no time zone {str(name)!r}", ZONE_BY_DEFAULT)
    return ZONE_BY_DEFAULT


def _moment(fields: Fields, zone: str) -> datetime:
    """`at:` is the customer's own wall clock."""
    value = fields.value("at")
    text = value.text if isinstance(value, Scalar) else ""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        place, code = (value.place, WRONG_VALUE) if value is not None else (fields.place, MISSING)
        problem = f"at: cannot read {text!r}" if value is not None else "the conversation has no at:"
        fields.problems.add(place, code, problem, "the customer's own clock: 2026-03-02 09:58")
        return datetime(2026, 1, 1, tzinfo=UTC)


def _windows(fields: Fields) -> tuple[Window, ...] | None:
    if "hours" not in fields:
        return None
    windows = []
    for text in sorted(fields.words("hours")):
        window = read_window(text)
        if window is None:
            fields.problems.add(fields.place, WRONG_VALUE, f"hours: cannot read {text!r}", "09:00-12:00")
        else:
            windows.append(window)
    return tuple(windows)


def read_window(text: str) -> Window | None:
    """`09:00-12:00`."""
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        return None
    return Window(opens, closes) if opens < closes else None

"""Golden conversations: a flow's promises, written beside it as `flows/x.test.yaml` and played in CI."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.quiet_hours import Window
from bot.flow.fields import WRONG_VALUE, Fields, read_duration
from bot.flow.happenings import CallOutcome, GrantResult
from bot.flow.load import FlowError
from bot.flow.model import Flow, Offer
from bot.flow.play import Conversation, Customer, NotNow
from bot.flow.text import MissingValue
from bot.flow.transcript import Line
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import UNREADABLE, Scalar, Series, Table, Value, plain, read_yaml


@dataclass(frozen=True, slots=True)
class Failure:
    """A conversation that went otherwise; `diff` shows what was expected (-) and what happened (+)."""

    file: str
    line: int
    conversation: str
    diff: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.file}:{self.line}: {self.conversation}", *(f"    {x}" for x in self.diff)])


@dataclass(frozen=True, slots=True)
class Expected:
    headline: str
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a script: something happens, or (with `expected`) it is compared what came of it."""

    place: Place
    verb: str
    value: str = ""
    expected: tuple[Expected, ...] | None = None


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    place: Place
    customer: Customer
    starts_at: datetime
    windows: tuple[Window, ...]
    turns: tuple[Turn, ...]


def run_conversations(flow: Flow, file: Path) -> list[Failure]:
    """Every conversation of the file that went otherwise than promised. FlowError when it cannot be read."""
    failures = (play_script(flow, script, str(file)) for script in load_scripts(file))
    return [failure for failure in failures if failure is not None]


def play_script(flow: Flow, script: Script, file: str) -> Failure | None:
    """The first departure from the script, if there is one."""
    conversation = Conversation(flow, script.customer, script.starts_at, script.windows)
    conversation.start()
    seen = 0
    inputs = [turn.verb for turn in script.turns if turn.expected is None]
    for turn in script.turns:
        if turn.expected is None:
            inputs.pop(0)
            try:
                VERBS[turn.verb](conversation, turn.value)
            except (NotNow, MissingValue) as error:
                return Failure(file, turn.place.line, script.name, (f"{turn.verb}: {error}",))
        if not inputs or inputs[0] not in _HOLDS_DELIVERY:
            conversation.delivered()
        if turn.expected is not None:
            diff = _difference(turn.expected, conversation.lines[seen:])
            if diff:
                return Failure(file, turn.place.line, script.name, diff)
            seen = len(conversation.lines)
    unexpected = _difference((), conversation.lines[seen:])
    last = script.turns[-1].place if script.turns else script.place
    return Failure(file, last.line, script.name, unexpected) if unexpected else None


def load_scripts(file: Path) -> list[Script]:
    problems = Problems(str(file))
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        problem = Problem(str(file), 1, 1, UNREADABLE, error.strerror or "cannot be read")
        raise FlowError([problem]) from error
    document = read_yaml(text, problems)
    scripts: list[Script] = []
    if isinstance(document, Table):
        scripts = _scripts(Fields(document, problems, "the file", Offer()))
    if problems.found:
        raise FlowError(problems.in_order())
    return scripts


def _difference(expected: tuple[Expected, ...], happened: list[Line]) -> tuple[str, ...]:
    wanted = [line.headline for line in expected]
    found = [line.headline for line in happened]
    if wanted != found:
        return tuple(line for line in difflib.ndiff(wanted, found) if not line.startswith("?"))
    for line, actual in zip(expected, happened, strict=True):
        for fragment in line.fragments:
            if fragment not in actual.words:
                return (f"- {line.headline}: ...{fragment}...", f"+ {line.headline}: {actual.words}")
    return ()


def _scripts(fields: Fields) -> list[Script]:
    fields.value("flow", required=True)
    shared = _plain_table(fields.value("customer"))
    windows = tuple(window for text in sorted(fields.words("hours")) if (window := _window(text, fields)))
    zone = fields.text("time_zone") or "Asia/Shanghai"
    conversations = fields.value("conversations", required=True)
    fields.close()
    if not isinstance(conversations, Series):
        return []
    scripts = []
    for item in conversations.items:
        if isinstance(item, Table):
            one = Fields(item, fields.problems, "the conversation", Offer())
            scripts.append(_script(one, shared, zone, windows))
        else:
            fields.wrong(item, "a conversation needs name:, at: and script:")
    return scripts


def _script(fields: Fields, shared: Mapping[str, object], zone: str, windows: tuple[Window, ...]) -> Script:
    own = _plain_table(fields.value("customer"))
    zone = fields.text("time_zone") or zone
    facts = {**shared, **own}
    turns = fields.value("script", required=True)
    script = Script(
        name=fields.name("name", required=True),
        place=fields.place,
        customer=Customer(facts, str(facts.get("language", "zh")), zone),
        starts_at=_moment(fields, zone),
        windows=windows,
        turns=tuple(_turn(item, fields) for item in turns.items) if isinstance(turns, Series) else (),
    )
    fields.close()
    return script


def _turn(value: Value, fields: Fields) -> Turn:
    if isinstance(value, Scalar):
        return _verb(value.place, value.text, "", fields)
    if isinstance(value, Table) and len(value.entries) == 1:
        verb, entry = next(iter(value.entries.items()))
        if verb == "expect":
            items = entry.value.items if isinstance(entry.value, Series) else (entry.value,)
            return Turn(value.place, verb, expected=tuple(_expected(item, fields) for item in items))
        if isinstance(entry.value, Scalar):
            return _verb(value.place, verb, entry.value.text, fields)
    fields.wrong(value, "a line of a script is one verb", "reply: '1'")
    return Turn(value.place, "")


def _verb(place: Place, verb: str, value: str, fields: Fields) -> Turn:
    if verb not in VERBS:
        hint = did_you_mean(verb, VERBS) or f"known are expect, {', '.join(VERBS)}"
        fields.problems.add(place, WRONG_VALUE, f"a script knows no {verb!r}", hint)
    elif (verb == "advance" and read_duration(value) is None) or (
        verb == "recharge" and not value.replace(".", "", 1).isdecimal()
    ):
        fields.problems.add(place, WRONG_VALUE, f"{verb}: cannot read {value!r}")
    return Turn(place, verb, value)


def _expected(value: Value, fields: Fields) -> Expected:
    if isinstance(value, Scalar):
        return Expected(value.text)
    if isinstance(value, Table) and len(value.entries) == 1:
        headline, entry = next(iter(value.entries.items()))
        parts = entry.value.items if isinstance(entry.value, Series) else (entry.value,)
        return Expected(headline, tuple(part.text for part in parts if isinstance(part, Scalar)))
    fields.wrong(value, "an expectation is a headline, or a headline and its words")
    return Expected("")


def _plain_table(value: Value | None) -> dict[str, object]:
    found = plain(value) if isinstance(value, Table) else {}
    return dict(found) if isinstance(found, dict) else {}


def _moment(fields: Fields, zone: str) -> datetime:
    """`at:` is the customer's own wall clock."""
    text = fields.text("at", required=True) or "2026-01-01"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, ZoneInfoNotFoundError):
        fields.problems.add(fields.place, WRONG_VALUE, f"at: cannot read {text!r} in {zone!r}")
        return datetime(2026, 1, 1, tzinfo=UTC)


def _window(text: str, fields: Fields) -> Window | None:
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        fields.problems.add(fields.place, WRONG_VALUE, f"hours: cannot read {text!r}", "09:00-12:00")
        return None
    return Window(opens, closes)


_HOLDS_DELIVERY = frozenset({"undelivered"})

VERBS: dict[str, Callable[[Conversation, str], None]] = {
    "reply": lambda talk, text: talk.reply(text),
    "answer": lambda talk, _: talk.answer(),
    "machine": lambda talk, _: talk.answer(machine=True),
    "press": lambda talk, digits: talk.press(digits),
    "silence": lambda talk, _: talk.press(""),
    "busy": lambda talk, _: talk.end_call(CallOutcome.BUSY),
    "no_answer": lambda talk, _: talk.end_call(CallOutcome.NO_ANSWER),
    "failed": lambda talk, _: talk.end_call(CallOutcome.FAILED),
    "hang_up": lambda talk, _: talk.end_call(CallOutcome.ANSWERED),
    "transfer": lambda talk, how: talk.transferred(connected=how == "answered"),
    "recharge": lambda talk, amount: talk.event("recharge", Decimal(amount)),
    "event": lambda talk, name: talk.event(name),
    "undelivered": lambda talk, cause: talk.undelivered(cause or "30003"),
    "deny": lambda talk, reason: talk.deny(reason or "no_consent"),
    "grant": lambda talk, result: talk.settle(GrantResult(result)),
    "close": lambda talk, disposition: talk.close_work_order(disposition or "closed"),
    "advance": lambda talk, span: talk.advance(read_duration(span) or timedelta()),
}

"""The form of a new campaign as it was filled in: each field read, or refused in the reader's language beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from bot.domain.campaigns import SendOrder
from bot.domain.rhythm import RhythmError, read_rhythm
from bot.enrolment import written
from bot.enrolment.create import Audience, ConditionAudience, RiskListAudience
from bot.enrolment.errors import CampaignError
from bot.enrolment.ground import CATALOGUE
from bot.enrolment.occasion import AT_ONCE, After, Occasion, OnEvent, Repeated
from bot.enrolment.written import Miswritten
from bot.flow.model import BUSINESS_EVENTS, Flow
from bot.flow.offer import read_offer
from bot.policies import SHIPPED, PolicyFileError, policy_data, policy_names
from bot.rules.catalogue import FactorCatalogue, load_catalogue
from bot.rules.parse import ConditionError, parse
from console import given, language, mistakes

_Value = TypeVar("_Value")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: What the product refuses, in words that stand beside the field; what was given goes into their places.
_REFUSALS = {
    "there already is a campaign {name!r}": _l("There already is a campaign of this name."),
    "must be at least 0 and below 1, not {given}": _l("At least 0%% and below 100%%."),
    "{end:%Y-%m-%d %H:%M} is not after the start, {start:%Y-%m-%d %H:%M}": _l(
        "The end is not after the start."
    ),
    "must be one line of at most {most} characters": _l("One line of at most %(most)s characters."),
    "{given} is more than {most:_}": _l("At most %(most)s."),
    "must be above 0, not {given}": _l("It must be above 0."),
    "must be at least a day": _l("It must be at least a day."),
    "must be above 0% and at most 100%, not {given:f}%": _l("Above 0%% and at most 100%%."),
    "only the customers of a risk list have a risk to order them by": _l(
        "Only the customers of a risk list have a risk to order them by."
    ),
}
#: The product's name of a field, where the form has another.
_FIELDS = {"control share": "control_share", "bonus budget": "budget", "again after": "again_after",
           "repeat": "rhythm_at", "on": "event", "start": "starts", "end": "ends"}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """What was written stays as it was, so that nothing has to be typed twice."""

    form: Mapping[str, Any]
    errors: dict[str, str] = field(default_factory=dict)  # by field; the empty one is the whole form's

    def refuse(self, error: CampaignError) -> None:
        """A field that could not be read has said so already."""
        words = _REFUSALS.get(error.said)
        name = _FIELDS.get(error.field or "", error.field or "")
        self.errors.setdefault(name, str(error) if words is None else str(words) % _shown(error.given))

    def read(self, name: str, reader: Callable[[str], _Value], otherwise: _Value, refusal: str) -> _Value:
        """An empty field is `otherwise`."""
        text = str(self.form.get(name, "")).strip()
        try:
            return reader(text) if text else otherwise
        except Miswritten:
            self.errors[name] = refusal
            return otherwise


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    """Numbers as the reader writes them."""
    return {name: language.count(one) if isinstance(one, int) else one for name, one in values.items()}


def factors() -> FactorCatalogue:
    return load_catalogue(CATALOGUE)


def wanted(draft: Draft, flow: Flow, now: datetime, zone_name: str) -> dict[str, Any]:
    """As `create_campaign` takes it; what could not be read is left out, so that all the rest can be looked at."""
    zone, a_moment = language.zone(), _("Please give a day and a time.")
    starts = draft.read("starts", lambda text: written.moment(text, zone), now, a_moment)
    ends = draft.read("ends", lambda text: written.moment(text, zone), None, a_moment)
    return {
        "name": _name(draft),
        "audience": _audience(draft, flow),
        "control_share": draft.read(
            "control_share", _percent, Decimal(0), _("Please give a percentage, such as 10.")
        ),
        "starts_at": starts,
        "ends_at": None if "starts" in draft.errors else ends,
        "send_order": SendOrder(
            _one_of(draft, "order", [one.value for one in SendOrder], SendOrder.AS_IS.value)
        ),
        "priority": draft.read("priority", _whole, None, _("Please choose from 0 to 9.")),
        "policy": chosen_policy(draft),
        "offer": _offer(draft, flow),
        "bonus_budget": draft.read("budget", written.amount, None, _("Please give an amount.")),
        "occasion": _occasion(draft, zone_name),
    }


def _name(draft: Draft) -> str:
    name = str(draft.form.get("name", "")).strip()
    if not name:
        draft.errors["name"] = _("Please give it a name.")
    return name


def _audience(draft: Draft, flow: Flow) -> Audience | None:
    kind = draft.form.get("audience")
    if kind == "list":
        name = str(draft.form.get("risk_list", ""))
        if name:
            return RiskListAudience(name)
        draft.errors["risk_list"] = _("Please choose a risk list.")
        return None
    of_the_flow = flow.about.audience.text if flow.about.audience else ""
    field, text = (
        ("condition", str(draft.form.get("condition", "")).strip())
        if kind == "condition"
        else ("of_the_flow", of_the_flow)
    )
    problem = misread(text)
    if problem:
        draft.errors[field] = problem
        return None
    return ConditionAudience(text)


def misread(condition: str) -> str | None:
    """All that is wrong with a condition, a line each with its place; None where it can be asked."""
    if not condition:
        return _("Please write a condition, such as balance < 10.")
    try:
        parse(condition, factors())
    except ConditionError as error:
        return mistakes.lines(error.problems)
    return None


def _offer(draft: Draft, flow: Flow) -> dict[str, str]:
    """Only what differs from the flow's own."""
    given: dict[str, str] = {}
    for name in flow.offer.terms:
        text = str(draft.form.get(f"offer.{name}", "")).strip()
        if not text or text == term(flow.offer.terms[name]):
            continue
        try:
            read = read_offer({name: text})[name]
        except ValueError:
            read = None
        if type(read) is type(flow.offer.terms[name]):
            given[name] = text
        else:
            draft.errors[f"offer.{name}"] = _(
                "Please write it like %(example)s.", example=term(flow.offer.terms[name])
            )
    return given


def term(value: Decimal | timedelta | str) -> str:
    """A term of an offer as its author writes it: 50, 7d, CNY."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        size, unit = next(
            (size, unit)
            for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
            if seconds % size == 0
        )
        return f"{seconds // size}{unit}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def chosen_policy(draft: Draft, folder: Path = SHIPPED) -> dict[str, Any]:
    """A set of rules of this installation, which somebody may have spoilt; and the approval."""
    name = _one_of(draft, "policy", ["", *policy_names()], "")
    try:
        policy = policy_data(folder / f"{name}.yaml") if name else {}
    except PolicyFileError as error:
        draft.errors["policy"] = mistakes.lines(error.problems)
        policy = {}
    return {**policy, "approval": {"needed": True}} if draft.form.get("approval") else policy


def _occasion(draft: Draft, zone_name: str) -> Occasion:
    kind = _one_of(draft, "occasion", ["once", "rhythm", "event", "after"], "once")
    again = (
        draft.read("again_after", _days, None, _("Please give a number of days."))
        if kind in ("rhythm", "event")
        else None
    )
    if kind == "rhythm":
        days = [day for day in draft.form.get("days", ()) if day in DAYS]
        if not days:
            draft.errors["days"] = _("Please choose a day.")
        rhythm = f"{'daily' if len(days) == len(DAYS) else ','.join(days)}@{draft.form.get('rhythm_at', '')}"
        if not _is_rhythm(rhythm if days else f"daily@{draft.form.get('rhythm_at', '')}", zone_name):
            draft.errors["rhythm_at"] = _("Please give a time, such as 02:00.")
        return AT_ONCE if {"days", "rhythm_at"} & draft.errors.keys() else Repeated(rhythm, zone_name, again)
    if kind == "event":
        return OnEvent(_one_of(draft, "event", sorted(BUSINESS_EVENTS), "recharge"), again)
    if kind == "after":
        if not draft.form.get("after"):
            draft.errors["after"] = _("Please choose a campaign.")
        reached = draft.read("reached", _percent, Decimal(0), _("Please give a percentage, such as 50."))
        unread = {"after", "reached"} & draft.errors.keys()
        return AT_ONCE if unread else After(str(draft.form["after"]), reached)
    return AT_ONCE


def _is_rhythm(text: str, zone_name: str) -> bool:
    try:
        read_rhythm(text, zone_name)
    except RhythmError:
        return False
    return True


def _one_of(draft: Draft, name: str, known: list[str], otherwise: str) -> str:
    """A select has its values; another is no slip of the pen."""
    value = str(draft.form.get(name, otherwise))
    if value not in known:
        draft.errors[name] = _("Please choose one of the list.")
        return otherwise
    return value


def _percent(text: str) -> Decimal:
    return written.amount(text.removesuffix("%")) / 100


def _whole(text: str) -> int:
    number = given.id_in(text)
    if number is None:
        raise Miswritten(text)
    return number


def _days(text: str) -> timedelta:
    return written.span(f"{_whole(text)}d")


def filled_in(form: MultiDict[str, str]) -> Draft:
    return Draft({**form.to_dict(), "days": form.getlist("days")})


def empty(flow: Flow) -> Draft:
    """As the form stands before anybody has touched it."""
    terms = {f"offer.{name}": term(value) for name, value in flow.offer.terms.items()}
    audience = "flow" if flow.about.audience else "list"
    first = {"audience": audience, "control_share": "10", "occasion": "once", "days": list(DAYS), "rhythm_at": "02:00",
             "reached": "50", "order": SendOrder.AS_IS.value}  # fmt: skip
    return Draft({**first, **terms})

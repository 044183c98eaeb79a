"""The parts of a forecast that need no database: the first contact, its length, what becomes of it, and the words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from bot.cli.forecast_screen import reach
from bot.domain.arms import bucket
from bot.domain.attempts import AttemptStatus, Channel
from bot.domain.campaigns import CampaignStatus
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.domain.grants import GrantStatus
from bot.domain.segments import count_segments
from bot.flow.actions import Prompt
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.simulation.offered import asked_by
from bot.flow.steps.call import CallStep
from bot.flow.steps.sms import SmsStep
from bot.flow.text import MissingValue, sms_text, spoken
from bot.forecast.errors import ForecastError
from bot.forecast.happened import Entry
from bot.forecast.opening import Instead, Openings, Wish, played, questions
from bot.forecast.reasons import Beside
from bot.forecast.row import Forecast
from bot.forecast.story_sentences import CONCLUDED, HAPPENED, WORDS
from bot.forecast.story_words import Teller
from bot.forecast.table_file import record_batch, table_file
from bot.forecast.tally import Tally
from bot.forecast.verdicts import Answer, Verdict, answer
from bot.forecast.wording import Length, Wording
from bot.forecast.words import in_words, why
from tests.unit.flow.flows import FLOWS, small, spoilt

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=10)
SHELF = sorted(path for path in FLOWS.glob("*.yaml") if "\nsteps:" in path.read_text(encoding="utf-8"))

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 200),
    st.floats(0, 200).map(lambda value: round(value, 2)),
    st.sampled_from(["high", "mid", "ordinary", "price", "2026-12-01", "2026-11-22", "2027-03-31", ""]),
)
_TIMES = st.sampled_from([None, "Asia/Shanghai", "America/New_York", "nowhere"])


@cache
def shelf(path: Path) -> Flow:
    return load_flow(path)


@cache
def openings(path: Path) -> Openings:
    """One for all examples, so that what one customer has left behind is met by the next."""
    return Openings(shelf(path))


@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.stem)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_kept_of_an_opening_is_what_the_engine_says(path: Path, data: st.DataObject) -> None:
    asked = sorted(asked_by(shelf(path)).facts)
    facts = data.draw(st.fixed_dictionaries(dict.fromkeys(asked, _VALUES)))
    facts |= {"time_zone": data.draw(_TIMES), "customer_id": data.draw(st.integers(1, 50))}
    assert openings(path).of(facts, NOW, SOON) == played(shelf(path), facts, NOW, SOON)


@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.stem)
def test_every_kind_of_step_before_a_first_contact_is_understood(path: Path) -> None:
    """Else each customer would be played one by one, twenty times as slow."""
    assert questions(shelf(path)) is not None


def test_a_run_is_kept_once_for_all_who_go_the_same_way() -> None:
    found = Openings(small())
    first = found.of({"balance": 8, "customer_id": 1}, NOW, SOON)
    assert found.of({"balance": 900, "customer_id": 2}, NOW, SOON) is first
    assert isinstance(first, Wish)
    assert (first.step, first.channel, first.purpose, first.at) == ("ask", Channel.SMS, "marketing", NOW)


@pytest.mark.parametrize(
    ("start", "steps", "comes"),
    [
        ("help", "", Instead.PERSON_FIRST),
        ("hark", "  hark:\n    wait_for: complaint\n    then: {complaint: ask}\n", Instead.AWAITS_EVENT),
        ("rest", "  rest:\n    wait: 30d\n    then: {done: ask}\n", Instead.ENDS_WITHOUT),
        ("over", "  over: {end: nothing_to_do}\n", Instead.ENDS_WITHOUT),
    ],
)
def test_a_run_may_begin_without_a_contact(start: str, steps: str, comes: Instead) -> None:
    flow = small(spoilt("start: ask\nsteps:\n", f"start: {start}\nsteps:\n{steps}"))
    assert Openings(flow).of({}, NOW, SOON) is comes


def test_silence_is_taken_for_granted() -> None:
    """What a customer will do nobody knows: a deadline that only an event would spare is waited for."""
    steps = "  hark:\n    wait_for: recharge\n    then: {recharge: end, after 3d: ask}\n"
    flow = small(spoilt("start: ask\nsteps:\n", f"start: hark\nsteps:\n{steps}"))
    found = Openings(flow).of({}, NOW, SOON)
    assert isinstance(found, Wish)
    assert found.at == NOW + timedelta(days=3)


def test_a_split_sends_each_customer_the_hashs_way() -> None:
    steps = "  way:\n    split: {a: 50, b: 50}\n    experiment: words\n    then: {a: ask, b: ring}\n"
    found = Openings(small(spoilt("start: ask\nsteps:\n", f"start: way\nsteps:\n{steps}")))
    for customer in range(1, 30):
        wish = found.of({"customer_id": customer}, NOW, SOON)
        assert isinstance(wish, Wish)
        assert wish.step == ("ask" if bucket("words", customer) < 5000 else "ring")


@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en", "de"])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_length_is_that_of_the_text_that_would_go_out(
    path: Path, language: str, data: st.DataObject
) -> None:
    flow = shelf(path)
    facts = sorted(asked_by(flow).facts | {"name", "brand"})
    values = data.draw(st.fixed_dictionaries(dict.fromkeys(facts, _VALUES)))
    values |= {"run.about": "complaint", "run.cause": data.draw(_VALUES)}
    wording = Wording(flow)
    for name, step in flow.steps.items():
        if isinstance(step, SmsStep):
            expected = _of_sms(flow, name, language, values)
            assert wording.length(name, Channel.SMS, "sms", language, values) == expected
        elif isinstance(step, CallStep):
            expected = _of_call(flow, name, step, language, values)
            assert wording.length(name, Channel.CALL, "say", language, values) == expected


def _of_sms(flow: Flow, step: str, language: str, values: dict[str, object]) -> Length | None:
    try:
        body = sms_text(flow, step, language, values)
    except MissingValue:
        return None
    return Length(len(body), count_segments(body).segments)


def _of_call(flow: Flow, step: str, one: CallStep, language: str, values: dict[str, object]) -> Length | None:
    try:
        said = spoken(flow, Prompt(step, 1, 1, one.question, 1), language, values)
    except MissingValue:
        return None
    return Length(len(said) if one.question == "say" else None, None)


def test_a_value_that_is_a_list_is_written_as_the_text_would_write_it() -> None:
    values = {"brand": "K", "name": ["a", "b"], "balance": 8}
    flow = small()
    body = sms_text(flow, "ask", "en", values)
    assert Wording(flow).length("ask", Channel.SMS, "sms", "en", values) == Length(len(body), 1)


@given(body=st.text(st.sampled_from("a中€[😀é【】 1"), max_size=200))
def test_segments_are_counted_as_the_carrier_bills_them(body: str) -> None:
    source = spoilt('zh: "【{brand}】{name}您好，余额{balance:money}，回1参加，拒收请回T"', 'zh: "{name}"')
    values: dict[str, object] = {"name": body}
    try:
        expected = Length(
            len(written := sms_text(small(source), "ask", "zh", values)), count_segments(written).segments
        )
    except MissingValue:
        expected = None
    assert Wording(small(source)).length("ask", Channel.SMS, "sms", "zh", values) == expected


LATER, LATEST = NOW + timedelta(hours=2), NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("decision", "on_denied", "becomes"),
    [
        (Allowed(LATEST), "wait", Answer(Verdict.ALLOWED, None, NOW)),
        (Denied(Reason.NO_CONSENT), "wait", Answer(Verdict.DENIED, Reason.NO_CONSENT)),
        (Deferred(Reason.CAP, LATER), "wait", Answer(Verdict.DEFERRED, Reason.CAP, LATER)),
        (Deferred(Reason.CAP, LATEST), "wait", Answer(Verdict.EXPIRED, Reason.CAP)),
        (Deferred(Reason.CAP, LATER), "skip", Answer(Verdict.DENIED, Reason.CAP)),
        (Deferred(Reason.CAP, LATER), "exit", Answer(Verdict.DENIED, Reason.CAP)),
        (Deferred(Reason.NEWS_WAITING, LATER), "exit", Answer(Verdict.DEFERRED, Reason.NEWS_WAITING, LATER)),
        (
            Deferred(Reason.OTHER_CONVERSATION, SOON),
            "exit",
            Answer(Verdict.DEFERRED, Reason.OTHER_CONVERSATION, LATEST),
        ),
    ],
)
def test_what_becomes_of_a_contact(decision: Decision, on_denied: str, becomes: Answer) -> None:
    assert answer(decision, on_denied=on_denied, planned=NOW, expires_at=LATEST) == becomes


# -- files and sums ------------------------------------------------------------------------------------


def line(number: int, **over: object) -> Forecast:
    facts: dict[str, object] = dict.fromkeys(Forecast._fields) | {
        "customer_id": number,
        "external_id": f"C{number}",
        "number": "138****1234",
        "arm": "treatment",
        "standing": "new",
        "language": "zh",
        "verdict": "allowed",
        "channel": "sms",
        "segments": 2,
        "contact_at": NOW,
        "contact_local": "2026-11-22T10:00+08:00",
        "zone_known": True,
    }
    return Forecast(**(facts | over))  # type: ignore[arg-type]


def _break_off(file: Path) -> None:
    with table_file(file) as sink:
        sink.write_batch(record_batch([line(1)]))
        raise KeyboardInterrupt


def test_what_breaks_off_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    file.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        _break_off(file)
    assert file.read_text() == "older"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("ending", "told"), [("csv", "'=1+1"), ("parquet", "=1+1")])
def test_a_name_from_a_customers_file_is_no_formula_in_a_spreadsheet(
    tmp_path: Path, ending: str, told: str
) -> None:
    file = tmp_path / f"told.{ending}"
    with table_file(file) as sink:
        sink.write_batch(record_batch([line(1, external_id="=1+1")]))
    table = csv.read_csv(file) if ending == "csv" else parquet.read_table(file)
    assert table["external_id"].to_pylist() == [told]


def test_a_file_of_an_unknown_kind_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(ForecastError, match=r"told\.xlsx: must end with \.parquet or \.csv"):
        _break_off(tmp_path / "told.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_sums_count_contacts_by_their_local_hour_and_nothing_that_is_only_looked_at_again() -> None:
    tally = Tally()
    evening = "2026-11-22T19:30+08:00"
    tally.add(
        [
            line(1),
            line(2, verdict="deferred", reason=Reason.QUIET_HOURS, contact_local=evening),
            line(3, verdict="deferred", reason=Reason.COMPLAINT_OPEN),
            line(4, verdict="denied", reason=Reason.NO_CONSENT, contact_at=None, contact_local=None),
            line(5, channel="call", segments=None),
        ]
    )
    assert tally.by_hour(Channel.SMS) == {10: 1, 19: 1}
    assert tally.by_hour(Channel.CALL) == {10: 1}
    assert (tally.people, tally.segments) == (5, 4)
    assert (tally.came_to("allowed"), tally.came_to("later"), tally.came_to("deferred")) == (2, 1, 1)
    assert tally.to_be_contacted == 3
    assert tally.by_reason(Verdict.DEFERRED) == {Reason.COMPLAINT_OPEN: 1, Reason.QUIET_HOURS: 1}

    both = Tally()
    both.take(tally)
    both.take(tally)
    assert both.by_hour(Channel.SMS) == {10: 2, 19: 2}
    assert (both.people, both.segments) == (10, 8)


def test_the_moments_of_contacts_are_the_first_and_the_last_of_all_slices() -> None:
    hours = [datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (1, 2, 3)]
    later = {"verdict": "deferred", "reason": Reason.QUIET_HOURS}
    tally, other = Tally(), Tally()
    tally.add([line(1, **later, contact_at=hours[1])])
    other.add([line(2, **later, contact_at=hours[2]), line(3, **later, contact_at=hours[0])])
    other.add([line(4, verdict="deferred", reason=Reason.COMPLAINT_OPEN, contact_at=hours[2])])
    tally.take(other)
    assert tally.moments == {"later": (hours[0], hours[2])}


def test_whoever_waits_for_the_morning_is_in_the_sum_of_those_contacted() -> None:
    tally = Tally()
    morning = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    tally.add([line(1), line(2, verdict="deferred", reason=Reason.QUIET_HOURS, contact_at=morning)])
    tally.add(
        [line(3, verdict="denied", reason=Reason.NO_CONSENT, contact_at=None), line(4, verdict="control")]
    )
    assert reach(tally, "en") == (
        "2 of them will be contacted (50.0%): 1 on time, 1 later, as soon as hours and limits permit; "
        "contacts from 2026-11-22 02:00Z to 2026-11-23 01:00Z"
    )
    assert reach(tally, "zh").startswith("其中将联系2人（50.0%）：准时1人，待时段和频次允许后1人；")
    assert reach(Tally(), "en").startswith("0 of them will be contacted (-)")


# -- words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [*Reason, *Beside, *Instead, "under_way", "finished"])
def test_every_reason_has_words_in_both_languages(reason: str) -> None:
    assert why(reason, "en") != reason.replace("_", " ")
    assert why(reason, "zh") != why(reason, "en")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_words_in_both_languages(verdict: Verdict) -> None:
    assert in_words(verdict, "zh") != in_words(verdict, "en")


@pytest.mark.parametrize("status", [*AttemptStatus, *CampaignStatus])
def test_every_status_that_a_story_may_name_has_words(status: str) -> None:
    if status != AttemptStatus.DUE:  # nothing has come of it yet
        assert status in WORDS


def test_every_end_of_a_grant_has_its_sentence() -> None:
    assert {f"grant {one}" for one in GrantStatus if one not in ("due", "crediting")} <= WORDS.keys()


@pytest.mark.parametrize("table", [WORDS, HAPPENED, CONCLUDED])
def test_a_sentence_names_the_same_facts_in_both_languages(table: dict[str, tuple[str, str]]) -> None:
    def named(sentence: str) -> list[str]:
        return sorted(part.split("}")[0] for part in sentence.split("{")[1:])

    differing = {name for name, (en, zh) in table.items() if named(en) != named(zh)}
    assert differing == set()


def test_a_story_is_told_on_the_customers_own_clock() -> None:
    entry = Entry(
        NOW, "deferred", 1, {"channel": "sms", "step": "ask", "reason": "cap", "until": SOON.isoformat()}
    )
    told = Teller("en", ZoneInfo("Asia/Shanghai")).line(entry, times=3)
    assert told.sentence == (
        "The gate puts the SMS of step ask off until 2026-12-02 10:00: The customer has been contacted as often as "
        "the policy permits. (asked 3 times, the last answer)"
    )

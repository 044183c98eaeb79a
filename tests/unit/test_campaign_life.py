"""A campaign's life without a database: the table of moves, rhythms, and the words of a check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.cli.campaign.list import table
from bot.domain.campaigns import LIVE, MOVES, OVER, CampaignMove, CampaignStatus, permitted
from bot.domain.checks import Finding, Point, Verdict, finding_of, fit
from bot.domain.policy import PolicyError, read_policy
from bot.domain.rhythm import RhythmError, read_rhythm
from bot.store.campaigns import Standing

MOVE, STATUS = CampaignMove, CampaignStatus
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_status_can_be_reached_and_all_but_the_last_can_be_left() -> None:
    assert {rule.to for rule in MOVES.values()} | {STATUS.DRAFT} == set(STATUS)
    left = {origin for rule in MOVES.values() for origin in rule.origins}
    assert left == set(STATUS) - OVER


def test_nothing_runs_that_was_not_checked() -> None:
    for move, rule in MOVES.items():
        if rule.to in LIVE | {STATUS.SCHEDULED}:
            assert STATUS.DRAFT not in rule.origins, move


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_stays_over(status: CampaignStatus) -> None:
    assert permitted(status, "admin") == ()


def test_only_operators_and_administrators_move_campaigns() -> None:
    for status in STATUS:
        assert permitted(status, "manager") == ()
        assert permitted(status, "operator") == permitted(status, "admin") == permitted(status, None)


def test_nobody_finishes_a_campaign_by_hand() -> None:
    assert all(MOVE.FINISH not in permitted(status, None) for status in STATUS)


# -- rhythms ----------------------------------------------------------------------------------------------------


def test_a_rhythm_is_read_in_its_own_zone() -> None:
    nightly = read_rhythm("daily@02:00", "Asia/Shanghai")
    assert nightly.after(datetime(2026, 11, 22, 2, tzinfo=UTC)) == datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert nightly.after(datetime(2026, 11, 22, 18, tzinfo=UTC)) == datetime(2026, 11, 23, 18, tzinfo=UTC)


def test_a_rhythm_of_weekdays_leaves_the_others_out() -> None:
    twice = read_rhythm("mon, thu@09:30".replace(" ", ""), "UTC")
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    monday = twice.after(sunday)
    assert monday == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert twice.after(monday) == datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
    st.sampled_from(["America/New_York", "Europe/London", "Asia/Shanghai", "Australia/Lord_Howe"]),
)
def test_a_daily_rhythm_comes_once_a_day_through_every_clock_change(moment: datetime, zone: str) -> None:
    rhythm = read_rhythm("daily@02:15", zone)
    first = rhythm.after(moment)
    second = rhythm.after(first)
    assert timedelta(0) < first - moment <= timedelta(hours=26)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


@pytest.mark.parametrize(
    "text", ["daily", "daily@24:00", "daily@2:00", "mon;tue@02:00", "moon@02:00", "@02:00"]
)
def test_what_is_no_rhythm_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(RhythmError, match=r"is not a rhythm such as daily@02:00"):
        read_rhythm(text, "UTC")


def test_an_unknown_zone_of_a_rhythm_is_refused() -> None:
    with pytest.raises(RhythmError, match="'Mars/Base' is not a known time zone"):
        read_rhythm("daily@02:00", "Mars/Base")


# -- checks -------------------------------------------------------------------------------------------------------

_DETAILS: dict[str, str | int] = {
    name: 1234 if name in ("count", "sample") else name
    for name in (
        "flow", "count", "first", "event", "languages", "language", "step", "fault", "senders", "channel",
        "amount", "sample", "name", "cap", "file", "place", "places", "word",
    )
} | {"start": "2026-12-05 00:30", "end": "2026-12-06 00:30"}  # fmt: skip


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_point_of_a_check_has_words_in_both_languages(point: Point, language: str) -> None:
    finding = Finding(point, Verdict.OK, _DETAILS)
    words = finding.words(language)
    assert "{" not in words
    assert (max(words) > "一") == (language == "zh")
    assert finding_of(finding.to_json()) == finding


def test_the_moments_of_a_check_are_in_utc_or_on_the_readers_clock() -> None:
    starts = Finding(Point.SCHEDULE, Verdict.OK, {"start": "2026-12-05 00:30"})
    assert starts.words("en") == "It starts on 2026-12-05 00:30 UTC"
    assert starts.words("en", ZoneInfo("Asia/Shanghai")) == "It starts on 2026-12-05 08:30"


def test_a_check_names_languages_and_channels_in_the_readers_language() -> None:
    written = Finding(Point.LANGUAGES, Verdict.OK, {"languages": "en, fr, zh"})
    assert written.words("zh") == "所有话术都有 英文、fr、中文"
    senders = Finding(Point.SENDERS, Verdict.OK, {"senders": "call +861055500001, sms 10086"})
    assert senders.words("zh") == "发送号码：外呼 +861055500001、短信 10086"
    assert senders.words("en") == "Its senders: calls +861055500001, SMS 10086"


def test_on_a_narrow_terminal_the_list_loses_neither_a_heading_nor_a_letter_of_a_name() -> None:
    name, flow = "low_balance_second_district_november", "low_balance_recharge"
    counted = {"treatment": 12_345, "control": 1_234, "finished": 12_345}
    money = {"bonus_budget": Decimal("100000.00"), "bonus_committed": Decimal("98765.00")}
    starts_at = datetime(2026, 12, 5, tzinfo=UTC)
    one = Standing(1, name, flow, CampaignStatus.SCHEDULED, starts_at, **counted, **money)
    screen = Console(file=StringIO(), width=80)
    screen.print(table([one], "CNY"))
    lines = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert "…" not in "".join(lines)
    heads = ["its", "flow", "status", "starts", "treated", "control", "finished", "granted"]
    assert lines[1].split() == heads
    campaign = "".join(line[: lines[1].index("status")].strip() for line in lines[2:])
    assert campaign == name + flow
    for whole in ("scheduled", "2026-12-05", "00:00Z", "12,345", "1,234", "¥98,765", "of ¥100,000"):
        assert f" {whole} " in f" {' '.join(lines)} "


def test_one_error_makes_a_campaign_unfit_and_warnings_do_not() -> None:
    warning, error = Finding(Point.FLOW_DOUBTS, Verdict.WARNING), Finding(Point.BUDGET_MISSING, Verdict.ERROR)
    assert fit([warning])
    assert not fit([warning, error])


def test_a_policy_says_whether_an_approval_is_needed() -> None:
    assert not read_policy({}).needs_approval
    assert read_policy({"approval": {"needed": True}}).needs_approval
    with pytest.raises(PolicyError, match=r"approval\.needed: must be true or false"):
        read_policy({"approval": {"needed": "yes"}})
    with pytest.raises(PolicyError, match=r"approval\.by: no such field"):
        read_policy({"approval": {"by": "olga"}})

"""What one campaign cannot do holds up no other: it is stopped or waits, and the operator is told once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.checks import Point
from bot.domain.notices import in_words
from bot.enrolment.create import ConditionAudience
from bot.enrolment.occasion import After, OnEvent, Repeated
from bot.store import notices, rounds
from tests.db.commands import Keepline
from tests.db.crowds import crowd_over
from tests.db.house import DAY, HOUR, MOVE, STATUS, House
from tests.db.parts import NOW
from tests.db.test_intake import begin

NIGHT = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
NIGHTLY = Repeated("daily@02:00", "UTC")
GONE = "loyalty_points < 10"  # a factor that the catalogue had when the campaign was written


def lose_its_factor(house: House, campaign: int) -> None:
    house.rows("UPDATE campaigns SET condition = :gone WHERE id = :id RETURNING id", gone=GONE, id=campaign)


def words(house: House, campaign: int, language: str = "en") -> list[str]:
    with house.parts.transaction() as tx:
        found = notices.newest(tx, limit=10, campaign_id=campaign)
    return [in_words(one.kind, one.details, language) for one in found]


# -- an audience that cannot be read --------------------------------------------------------------------------------


def test_a_round_that_cannot_be_read_stops_its_own_campaign(house: House) -> None:
    house.parts.customer()
    campaign = house.create(occasion=NIGHTLY)
    house.start(campaign)
    other = house.parts.campaign(status="draining")
    lose_its_factor(house, campaign)
    house.tend(NIGHT)
    house.tend(NIGHT)
    assert (house.status(campaign), house.status(other)) == (STATUS.PAUSED, STATUS.FINISHED)
    (english,), (chinese,) = words(house, campaign), words(house, campaign, "zh")
    assert english.startswith("Stopped: nobody can be enrolled (campaign 'november': ")
    assert "KL102: unknown factor 'loyalty_points'" in english
    assert chinese.startswith("已暂停：无法入组（")

    house.rows("UPDATE campaigns SET condition = 'balance < 10' WHERE id = :id RETURNING id", id=campaign)
    newcomer = house.parts.customer()
    house.resume(campaign, NIGHT + HOUR)
    house.tend(NIGHT + HOUR)  # the round that was due is held now
    assert newcomer in house.enrolled(campaign)


def test_an_event_whose_campaign_cannot_be_read_stops_that_one_and_is_kept(house: House) -> None:
    customer = house.parts.customer()
    broken = house.create(occasion=OnEvent("offnet_warning"))
    sound = house.create(name="sound", occasion=OnEvent("offnet_warning"))
    for campaign in (broken, sound):
        house.start(campaign)
    lose_its_factor(house, broken)
    about = {"type": "offnet_warning", "at": NOW.isoformat()}
    house.parts.hear("business.event", about, customer_id=customer, key="warning:1")
    house.tend(NOW)
    assert (house.status(broken), house.status(sound)) == (STATUS.PAUSED, STATUS.RUNNING)
    assert house.enrolled(sound) == [customer]
    assert [row.campaign_id for row in house.rows("SELECT campaign_id FROM trigger_calls")] == [broken]


def test_an_audience_that_cannot_be_read_any_more_stops_half_way(house: House) -> None:
    for name in ("november", "sound"):
        campaign = house.create(name=name, occasion=NIGHTLY)
        house.parts.customer()
        house.start(campaign)
    broken, sound = (row.id for row in house.rows("SELECT id FROM campaigns ORDER BY id"))
    newcomer = house.parts.customer()
    house.sweep(NIGHT)
    lose_its_factor(house, broken)
    house.take_in(NIGHT)
    assert (house.status(broken), house.status(sound)) == (STATUS.PAUSED, STATUS.RUNNING)
    assert newcomer in house.enrolled(sound)
    assert len(words(house, broken)) == 1


def test_an_audience_whose_flow_cannot_be_read_holds_up_no_other(house: House) -> None:
    """The broken one was first; by a version that knew another language of flows."""
    house.parts.customer()
    broken, sound = house.create(occasion=NIGHTLY), house.create(name="sound", occasion=NIGHTLY)
    for campaign in (broken, sound):
        house.start(campaign)
    house.rows(
        "INSERT INTO flow_revisions (revision, flow, source, published_at) VALUES ('old', 'f', 'spec: 99', :n) "
        "RETURNING revision",
        n=NOW,
    )
    house.rows("UPDATE campaigns SET flow_revision = 'old' WHERE id = :id RETURNING id", id=broken)
    newcomer = house.parts.customer()
    house.tend(NIGHT)
    assert (house.status(broken), house.status(sound)) == (STATUS.PAUSED, STATUS.RUNNING)
    assert newcomer in house.enrolled(sound)
    (said,) = words(house, broken)
    assert said.startswith("Stopped: nobody can be enrolled (campaign 'november': its flow cannot be read: ")


def test_a_scheduled_one_that_cannot_be_read_is_a_draft_that_says_why(house: House) -> None:
    house.parts.customer()
    campaign = house.create(starts_at=NOW + HOUR)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.SCHEDULE)
    other = house.parts.campaign(status="draining")
    lose_its_factor(house, campaign)
    house.tend(NOW + HOUR)
    kept = house.campaign(campaign)
    assert (kept.status, house.status(other)) == (STATUS.DRAFT, STATUS.FINISHED)
    assert [one["point"] for one in kept.findings or ()] == [Point.AUDIENCE_UNREADABLE.value]


# -- a value that the database cannot calculate with -----------------------------------------------------------------

YEARLY = ConditionAudience("arpu * 12 > 5")
SAID = (
    "campaign 'november': a customer's value of arpu is too large to calculate with, or is not of its type; mend it in "
    "the file of customers and import that again"
)


def give_everybody(house: House, arpu: Any) -> None:
    """A value that no import takes now, and that an earlier one took."""
    house.rows(
        "UPDATE customers SET factors = factors || jsonb_build_object('arpu', cast(:arpu AS jsonb)) RETURNING id",
        arpu=arpu,
    )


@pytest.mark.parametrize("arpu", ["1e308", '"a lot"'])
def test_a_round_that_meets_a_bad_value_stops_its_own_campaign_and_goes_on_without_it(
    house: House, arpu: str
) -> None:
    house.parts.customer()
    campaign = house.create(YEARLY, occasion=NIGHTLY)
    house.start(campaign)
    give_everybody(house, arpu)
    house.sweep(NIGHT)
    other = house.create(name="sound", priority=0)
    begin(house, other, NIGHT)
    house.take_in(NIGHT)
    assert (house.status(campaign), house.status(other)) == (STATUS.PAUSED, STATUS.RUNNING)
    assert len(house.enrolled(other)) == 1
    assert words(house, campaign) == [
        f"Stopped: nobody can be enrolled ({SAID}); put that right, then resume it"
    ]
    assert words(house, campaign, "zh") == [
        "已暂停：无法入组（活动“november”：有客户的 arpu 数值过大无法计算，或类型不符；"
        "请在客户文件中更正后重新导入），请更正后再恢复"
    ]
    give_everybody(house, "30")
    house.resume(campaign, NIGHT + HOUR)
    house.tend(NIGHT + HOUR)
    assert len(house.enrolled(campaign)) == 1


def test_an_event_of_somebody_with_a_bad_value_stops_that_campaign_alone(house: House) -> None:
    customer = house.parts.customer()
    broken = house.create(YEARLY, occasion=OnEvent("offnet_warning"))
    sound = house.create(name="sound", occasion=OnEvent("offnet_warning"))
    for campaign in (broken, sound):
        house.start(campaign)
    give_everybody(house, "1e308")
    about = {"type": "offnet_warning", "at": NOW.isoformat()}
    house.parts.hear("business.event", about, customer_id=customer, key="warning:1")
    house.tend(NOW)
    assert (house.status(broken), house.status(sound)) == (STATUS.PAUSED, STATUS.RUNNING)
    assert house.enrolled(sound) == [customer]


def test_a_scheduled_one_that_meets_a_bad_value_is_a_draft_and_the_sweep_goes_on(house: House) -> None:
    house.parts.customer()
    campaign = house.create(YEARLY, starts_at=NOW + HOUR)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.SCHEDULE)
    house.rows("UPDATE campaigns SET checked_revision = 'older' RETURNING id")  # its start fails
    give_everybody(house, "1e308")
    other = house.parts.campaign(status="draining")
    house.tend(NOW + HOUR)
    kept = house.campaign(campaign)
    assert (kept.status, house.status(other)) == (STATUS.DRAFT, STATUS.FINISHED)
    (finding,) = kept.findings or ()
    assert finding["point"] == Point.AUDIENCE_UNREADABLE.value
    assert finding["details"]["fault"]["en"] == SAID
    assert finding["details"]["fault"]["zh"].startswith("活动“november”：有客户的 arpu 数值")


def test_commands_say_in_one_line_which_factor_is_in_the_way(house: House, keepline: Keepline) -> None:
    house.parts.customer()
    house.create(YEARLY)
    give_everybody(house, "1e308")
    started = keepline("campaign", "start", "november")
    assert (started.exit_code, started.stderr) == (
        1,
        f"Error: campaign 'november' may not go out: Its audience cannot be read: {SAID}\n",
    )
    for command in ("dry-run", "estimate"):
        result = keepline("campaign", command, "november")
        assert (result.exit_code, result.stderr) == (1, f"Error: {SAID}\n")


# -- names --------------------------------------------------------------------------------------------------------


def test_an_edition_takes_the_next_name_that_is_free(house: House) -> None:
    customer = house.parts.customer()
    campaign = house.create(name="Nightly", occasion=Repeated("daily@02:00", "UTC", 90 * DAY))
    house.start(campaign)
    for name in ("Nightly (2)", "Nightly (3)"):
        house.parts.campaign(name=name, status="finished")
    house.tend(NIGHT + 90 * DAY)
    (edition,) = house.rows("SELECT id, name FROM campaigns WHERE series_id = :id", id=campaign)
    assert edition.name == "Nightly (4)"
    assert house.enrolled(edition.id) == [customer]


# -- one after the other ----------------------------------------------------------------------------------------------


@pytest.fixture
def sequence(house: House) -> tuple[int, int]:
    """The second starts when the first has reached half of its people; the first runs."""
    for _ in range(4):
        house.parts.customer()
    first = house.create()
    second = house.create(name="then", occasion=After("november", Decimal("0.5")))
    house.move(second, MOVE.CHECK)
    house.move(second, MOVE.SCHEDULE)
    house.start(first)
    return first, second


def test_who_waits_for_an_aborted_campaign_waits_for_a_person_who_is_told_once(
    house: House, sequence: tuple[int, int]
) -> None:
    first, second = sequence
    house.move(first, MOVE.ABORT)
    for minutes in range(4):
        house.tend(NOW + minutes * HOUR)
    assert house.status(second) is STATUS.SCHEDULED
    (english,), (chinese,) = words(house, second), words(house, second, "zh")
    assert english.startswith(
        "It does not start by itself: the campaign that it waits for, november, was aborted"
    )
    assert chinese.startswith("不会自动启动：所等待的活动“november”已中止")
    house.move(second, MOVE.START, NOW + 5 * HOUR)
    assert house.status(second) is STATUS.RUNNING


def test_one_that_has_finished_without_reaching_them_lets_the_next_one_start(
    house: House, sequence: tuple[int, int]
) -> None:
    first, second = sequence
    house.rows("UPDATE attempts SET status = 'denied', settled_at = :now RETURNING id", now=NOW)
    house.rows(
        "UPDATE enrolments SET status = 'finished', result = 'x', due_at = NULL, holds_until = NULL RETURNING id"
    )
    house.tend(NOW)
    house.tend(NOW + HOUR)
    assert house.status(first) is STATUS.FINISHED
    assert house.status(second) is STATUS.RUNNING
    assert words(house, second) == []


# -- who is over ------------------------------------------------------------------------------------------------------


def test_whether_a_campaign_is_over_is_asked_without_its_ended_runs(house: House) -> None:
    """One is under way, behind twenty thousand that have ended."""
    campaign = house.create()
    with house.parts.transaction() as tx:
        crowd_over(tx, campaign, 20_000)
    house.parts.customer()
    house.start(campaign)
    with house.parts.transaction() as tx:
        tx.execute(text("ANALYZE enrolments"))
        plan: Any = tx.execute(
            text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {rounds.OVER}"), {"now": NOW}
        ).scalar_one()
    blocks = plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    assert blocks < 50  # the ended runs are more than two hundred

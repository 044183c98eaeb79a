"""The dry run: the same answers as the real gate gives afterwards, nothing written, and one moment for all readers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import InternalError

from bot.domain.campaigns import CampaignMove
from bot.domain.contact import Reason
from bot.domain.global_control import ControlGroup
from bot.domain.seals import make_seal
from bot.enrolment.effects import work_off
from bot.enrolment.enrol import enrol
from bot.enrolment.move import move_campaign
from bot.forecast.dry_run import Installation, Oracle
from bot.forecast.errors import ForecastError
from bot.forecast.row import Forecast
from bot.forecast.verdicts import Verdict
from bot.forecast.workers import Task, in_parallel, told
from bot.rulebook import open_rulebook
from bot.store import enrolling, forecasting
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, DecisionRow, EnrolmentRow
from bot.store.transaction import Transaction, make_transaction
from tests.db.asking import asking
from tests.db.commands import Keepline
from tests.db.factories import make_attempt, make_enrolment, make_suppression
from tests.db.listed import Listed, crowd
from tests.db.parts import BRAND, NOW, Parts

TABLES = (
    "enrolments",
    "attempts",
    "decisions",
    "events",
    "customers",
    "campaigns",
    "audit",
    "outgoing_events",
)


def installation(parts: Parts) -> Installation:
    ours = parts.outgoing
    return Installation(parts.flows, ours.rulebook, BRAND, ours.guest_list, ours.default_time_zone)


def foretold(
    parts: Parts, campaign_id: int, *, sample: int | None = None, held_out: ControlGroup | None = None
) -> dict[int, Forecast]:
    """By customer."""
    with parts.transaction() as tx:
        forecasting.freeze(tx)
        campaign = forecasting.terms(tx, campaign_id)
        audience = enrolling.on_risk_list(tx.get_one(CampaignRow, campaign_id).risk_list_id or 0)
        if sample is not None:
            audience = forecasting.sampled(tx, campaign, audience, sample)
        oracle = Oracle(tx, campaign, installation(parts), NOW, held_out=held_out)
        slices = forecasting.slices(tx, audience, 7)
        return {one.customer_id: one for part in slices for one in oracle.forecasts(tx, audience, part)}


@pytest.fixture
def parts(transaction: Transaction) -> Parts:
    """With the rules of every place in force."""
    return Parts(transaction, rulebook=open_rulebook(), default_time_zone=None)


def start(parts: Parts, campaign_id: int) -> None:
    """Enrolled, woken, weighed and sent, as the workers do it."""
    with parts.transaction() as tx:
        tx.get_one(CampaignRow, campaign_id).status = "running"
        tx.flush()
        enrol(tx, campaign_id, NOW)
    parts.inbound.wake_due(NOW)
    parts.sms_outreach.send_due(NOW)
    parts.voice_outreach.call_due(NOW)


def happened(parts: Parts, campaign_id: int) -> dict[int, tuple[object, ...]]:
    """What came of each customer's first contact: step, channel, verdict, reason and moment."""
    found: dict[int, tuple[object, ...]] = {}
    with parts.transaction() as tx:
        for run in tx.scalars(select(EnrolmentRow).where(EnrolmentRow.campaign_id == campaign_id)):
            first = tx.scalars(
                select(AttemptRow).where(AttemptRow.enrolment_id == run.id).order_by(AttemptRow.visit)
            ).first()
            if first is None:
                found[run.customer_id] = (None, None, "no_contact", "person_first", None)
                continue
            said = tx.scalars(select(DecisionRow).where(DecisionRow.attempt_id == first.id)).one()
            verdict = "expired" if first.status == "expired" else said.verdict
            until = NOW if verdict == "allowed" else first.due_at if verdict == "deferred" else None
            found[run.customer_id] = (first.step, first.channel, verdict, said.reason, until)
    return found


def test_the_dry_run_says_of_each_what_the_gate_then_says(parts: Parts) -> None:
    listed = Listed(parts)
    people = crowd(listed)

    before = foretold(parts, listed.id)
    start(parts, listed.id)

    after = happened(parts, listed.id)
    said = {
        one: (told.step, told.channel, told.verdict, told.reason, told.contact_at)
        for one, told in before.items()
    }
    by_name = {name: (said[id_], after[id_]) for name, id_ in people.items()}
    assert {name: pair for name, pair in by_name.items() if pair[0] != pair[1]} == {}
    assert {told.verdict for told in before.values()} == {
        Verdict.ALLOWED, Verdict.DEFERRED, Verdict.EXPIRED, Verdict.DENIED, Verdict.NO_CONTACT
    }  # fmt: skip
    assert {told.reason for told in before.values()} >= {
        Reason.SUPPRESSED, Reason.NO_CONSENT, Reason.COMPLAINT_OPEN, Reason.WORK_ORDER_OPEN, Reason.NEWS_WAITING,
        Reason.OTHER_CONVERSATION, Reason.QUIET_HOURS, Reason.CAP, Reason.MIN_GAP, Reason.MISSING_VALUE,
        Reason.MARKED_NEVER, Reason.MARKED_WAIT, Reason.NO_WRITTEN_CONSENT,
    }  # fmt: skip


def test_lengths_are_those_of_the_texts_that_then_go_out(parts: Parts) -> None:
    listed = Listed(parts)
    crowd(listed)
    before = foretold(parts, listed.id)

    start(parts, listed.id)

    with parts.transaction() as tx:
        sent = tx.scalars(
            select(AttemptRow).where(AttemptRow.campaign_id == listed.id, AttemptRow.body.is_not(None))
        ).all()
    assert len(sent) > 2
    for one in sent:
        told = before[one.customer_id]
        assert (told.characters, told.segments) == (len(one.body or ""), one.segments)


def test_arms_are_those_that_are_then_dealt(parts: Parts) -> None:
    listed = Listed(parts, control_share="0.5")
    for _ in range(30):
        listed.person()
    before = {id_: told.arm for id_, told in foretold(parts, listed.id).items()}

    start(parts, listed.id)

    with parts.transaction() as tx:
        rows = tx.scalars(select(EnrolmentRow).where(EnrolmentRow.campaign_id == listed.id))
        assert {row.customer_id: row.arm for row in rows} == before
    assert set(before.values()) == {"treatment", "control"}


def test_the_global_control_group_is_left_in_peace_and_said_so(parts: Parts) -> None:
    listed = Listed(parts)
    people = [listed.person() for _ in range(30)]
    group = ControlGroup("2026-Q4", Decimal("0.5"), NOW, NOW + timedelta(days=30))

    told = foretold(parts, listed.id, held_out=group)

    held = {id_ for id_, one in told.items() if one.reason == "global_control"}
    assert held == {id_ for id_ in people if group.holds(id_)}
    assert all(told[id_].verdict == Verdict.CONTROL for id_ in held)


def test_who_has_left_is_not_enrolled_and_so_not_contacted(parts: Parts) -> None:
    listed = Listed(parts)
    gone = listed.person(status="left")
    told = foretold(parts, listed.id)[gone]
    assert (told.verdict, told.reason, told.contact_at) == (Verdict.DENIED, Reason.LEFT, None)


def test_a_flow_that_waits_first_is_weighed_at_its_own_time(parts: Parts) -> None:
    source = asking().replace(
        "start: ask\nsteps:",
        'start: rest\nsteps:\n  rest:\n    wait: {until: "21:30"}\n    then: {done: ask}',
    )
    listed = Listed(parts, source)
    person = listed.person()
    told = foretold(parts, listed.id)[person]
    assert told.planned_at == NOW.replace(hour=13, minute=30)
    assert (told.verdict, told.reason) == (Verdict.DEFERRED, Reason.QUIET_HOURS)
    assert told.contact_local == "2026-11-23T09:00+08:00"


def test_whoever_is_enrolled_already_is_told_of_as_they_stand(parts: Parts) -> None:
    listed = Listed(parts, status="running")
    standing = {"queued": {}, "waiting": {"step": None, "visit": 0, "due_at": NOW}, "under_way": {}}
    people = {name: listed.person() for name in (*standing, "held_out", "finished", "new")}
    with parts.transaction() as tx:
        runs = {
            name: make_enrolment(tx, campaign_id=listed.id, customer_id=people[name], **facts)
            for name, facts in standing.items()
        }
        make_enrolment(tx, campaign_id=listed.id, customer_id=people["held_out"], arm="control")
        over = {"status": "finished", "result": "granted"}
        make_enrolment(tx, campaign_id=listed.id, customer_id=people["finished"], **over)
        make_attempt(tx, enrolment_id=runs["queued"], due_at=NOW + timedelta(minutes=5))
        make_attempt(tx, enrolment_id=runs["under_way"], status="delivered", taken_at=NOW)

    told = foretold(parts, listed.id)

    assert {name: told[id_].standing for name, id_ in people.items()} == {name: name for name in people}
    assert told[people["queued"]].contact_at == NOW + timedelta(minutes=5)
    assert {name: told[people[name]].verdict for name in ("waiting", "new", "queued")} == dict.fromkeys(
        ("waiting", "new", "queued"), Verdict.ALLOWED
    )
    assert told[people["under_way"]].verdict == told[people["finished"]].verdict == Verdict.NO_CONTACT
    assert told[people["held_out"]].verdict == Verdict.CONTROL


def test_a_paused_campaign_is_foretold_as_if_it_were_resumed_now(parts: Parts) -> None:
    """The resume gives the pause back: what expired while it stood still is made all the same."""
    listed = Listed(parts, status="paused")
    customer = listed.person()
    with parts.transaction() as tx:
        campaign = tx.get_one(CampaignRow, listed.id)
        campaign.paused_at, campaign.paused_from = NOW - timedelta(days=3), "running"
        before, over = NOW - timedelta(days=4), NOW - timedelta(hours=1)
        run = make_enrolment(
            tx, campaign_id=listed.id, customer_id=customer, enrolled_at=before, expires_at=over
        )
        make_attempt(tx, enrolment_id=run, created_at=before, due_at=before, expires_at=over)

    told = foretold(parts, listed.id)[customer]
    assert (told.verdict, told.contact_at) == (Verdict.ALLOWED, NOW)

    with parts.transaction() as tx:
        move_campaign(tx, listed.id, CampaignMove.RESUME, NOW)
    work_off(parts.transaction, NOW, flows=parts.flows)
    assert parts.sms_outreach.send_due(NOW) == 1
    assert parts.attempt(run).status == "accepted"


def test_nothing_is_written_and_nothing_could_be(parts: Parts) -> None:
    listed = Listed(parts)
    crowd(listed)

    def counted() -> dict[str, int]:
        with parts.transaction() as tx:
            return {name: tx.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}

    before = counted()
    foretold(parts, listed.id)
    assert counted() == before
    with parts.transaction() as tx:
        forecasting.freeze(tx)
        with pytest.raises(InternalError, match="read-only"):
            tx.execute(text("UPDATE customers SET tier = 'high'"))


def test_several_processes_see_the_moment_of_the_first_and_say_the_same(
    parts: Parts, engine: Engine, postgres_url: str
) -> None:
    listed = Listed(parts)
    people = [listed.person() for _ in range(20)]
    seal = make_seal("sixteen letters!")
    with parts.transaction() as tx:
        erased = seal(tx.get_one(CustomerRow, people[-1]).msisdn)
        make_suppression(tx, msisdn=erased, source="erasure")
    audience = enrolling.on_risk_list(listed.list_id)
    with make_transaction(engine, seal=seal)() as tx:
        forecasting.freeze(tx)
        slices = forecasting.slices(tx, audience, 5)
        oracle = Oracle(tx, forecasting.terms(tx, listed.id), installation(parts), NOW)
        task = Task(
            database_url=postgres_url,
            snapshot=forecasting.share(tx),
            campaign_id=listed.id,
            audience=audience,
            brand=BRAND,
            guest_list=None,
            default_time_zone=None,
            now=NOW,
            held_out=None,
            seal=seal,
        )
        with parts.transaction() as other:  # after the moment: nobody may see it
            for customer in other.scalars(select(CustomerRow)):
                customer.consents = []
        ours = [told(oracle, tx, audience, one) for one in slices]
        theirs = list(in_parallel(task, slices, 2))
    assert len(ours) == 4
    assert [one.lines for one in theirs] == [one.lines for one in ours]
    assert [one.tally for one in theirs] == [one.tally for one in ours]
    reasons = {reason for one in theirs for _, reason in one.tally.answers}
    assert Reason.SUPPRESSED in reasons
    assert Reason.NO_CONSENT not in reasons


def test_a_sample_is_the_same_people_each_time(parts: Parts) -> None:
    listed = Listed(parts)
    for _ in range(20):
        listed.person()
    everybody = foretold(parts, listed.id)
    sampled = foretold(parts, listed.id, sample=6)
    assert len(sampled) == 6
    assert sampled == {id_: everybody[id_] for id_ in sampled}
    assert foretold(parts, listed.id, sample=6) == sampled


def test_a_campaign_that_is_over_has_no_forecast(parts: Parts) -> None:
    listed = Listed(parts, status="aborted", name="November")
    with pytest.raises(ForecastError, match="'November' is aborted"):
        foretold(parts, listed.id)


@pytest.fixture
def dry_run(keepline: Keepline) -> Keepline:
    return partial(keepline, "campaign", "dry-run")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_command_writes_a_line_a_person_and_shows_the_sums(
    dry_run: Keepline, parts: Parts, tmp_path: Path, ending: str
) -> None:
    listed = Listed(parts, name="November", control_share="0.3")
    people = crowd(listed)
    file = tmp_path / f"told.{ending}"

    answer = dry_run("November", "--out", str(file), "--language", "zh")

    assert answer.exit_code == 0, answer.output
    assert f"推演{len(people)}人" in answer.output
    read = pyarrow.parquet.read_table if ending == "parquet" else pyarrow.csv.read_csv
    rows = read(file).to_pylist()
    assert [row["customer_id"] for row in rows] == sorted(people.values())
    assert {row["verdict"] for row in rows} >= {"denied", "control"}
    numbers = [row["number"] for row in rows]
    assert all("****" in number for number in numbers)
    assert [path.name for path in tmp_path.iterdir() if "told" in path.name] == [file.name]


def test_a_sample_is_shown_person_by_person(dry_run: Keepline, parts: Parts) -> None:
    listed = Listed(parts, name="November")
    listed.person(external_id="ours-7")
    answer = dry_run("November", "--sample", "3")
    assert answer.exit_code == 0, answer.output
    assert "ours-7" in answer.output
    assert "invite_by_sms" in answer.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("Novembr",),
            "Error: there is no campaign 'Novembr'; did you mean November? Known are November, October",
        ),
        (("November", "--out", "told.xlsx"), "Error: told.xlsx: must end with .parquet or .csv"),
        (
            ("November", "--out", "/no/where/told.csv"),
            "Error: /no/where/told.csv: there is no folder /no/where",
        ),
        (("October",), "Error: campaign 'October' is finished: it contacts nobody any more"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    dry_run: Keepline, parts: Parts, arguments: tuple[str, ...], said: str
) -> None:
    Listed(parts, name="November")
    Listed(parts, name="October", status="finished")
    answer = dry_run(*arguments)
    assert (answer.exit_code, answer.output.strip()) == (1, said)


def test_an_empty_audience_has_an_empty_forecast(dry_run: Keepline, parts: Parts, tmp_path: Path) -> None:
    Listed(parts, name="November")
    file = tmp_path / "nobody.parquet"
    answer = dry_run("November", "--out", str(file))
    assert answer.exit_code == 0, answer.output
    assert pyarrow.parquet.read_table(file).num_rows == 0

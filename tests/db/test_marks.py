"""Named lists of customers from end to end: put on by file or by hand, weighed by the gate, felt by the work order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from bot.domain.attempts import Channel
from bot.domain.campaigns import SendOrder
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.domain.profiles import Profiles
from bot.enrolment.enrol import enrol
from bot.outreach.call_now import may_call_now
from bot.outreach.weigh import weigh
from bot.register.errors import RegisterError
from bot.register.marking import (
    MarkFile,
    MarkReport,
    NamedList,
    mark_customer,
    mark_file,
    unmark_customer,
    unmark_file,
)
from bot.rulebook import Rulebook, open_rulebook
from bot.store import marks, sending
from bot.store.marks import Mark
from bot.store.models import AuditRow, CustomerRow, EnrolmentRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import make_customer, make_enrolment, make_user, make_work_order
from tests.db.house import CATALOGUE
from tests.db.parts import NOW, UNCAPPED, Parts

WEEK = NOW + timedelta(days=7)
KEPT = UNCAPPED | {"marks": {"black": {"marketing": "never"}, "kept": {"marketing": "by_hand"}}}
A, B, C = "+8613812341001", "+8613812341002", "+8613812341003"


def put_on(parts: Parts, customer: int, *names: str, until: datetime | None = None) -> None:
    with parts.transaction() as tx:
        marks.add(tx, [Mark(customer, name, "test", until) for name in names], NOW)


# -- at the gate -------------------------------------------------------------------------------------------------


def decisions(parts: Parts, now: datetime = NOW) -> dict[int, Decision]:
    with parts.transaction() as tx:
        batch = sending.claim_due(tx, channel=Channel.SMS, limit=100, now=now)
        weighed = weigh(tx, batch, Channel.SMS, parts.outgoing, parts.flows, now)
        return {one.customer_id: said.decision for one, said in zip(batch, weighed, strict=True)}


def test_everybody_of_a_batch_is_weighed_by_their_own_marks(parts: Parts) -> None:
    campaign = parts.campaign(policy=UNCAPPED)
    plain, black, complaining, for_a_week, red, was_black = (parts.customer() for _ in range(6))
    put_on(parts, black, "black", "red")
    put_on(parts, complaining, "complaint")
    put_on(parts, for_a_week, "complaint", until=WEEK)
    put_on(parts, red, "red", "of_no_meaning_here")
    put_on(parts, was_black, "black", until=NOW)
    for customer in (plain, black, complaining, for_a_week, red, was_black):
        parts.enrol(campaign, customer)

    said = decisions(parts)

    assert said[black] == Denied(Reason.MARKED_NEVER)
    assert said[complaining] == Deferred(Reason.MARKED_WAIT, NOW + timedelta(days=1))
    assert said[for_a_week] == Deferred(Reason.MARKED_WAIT, WEEK)
    assert all(isinstance(said[one], Allowed) for one in (plain, red, was_black))


def test_a_campaigns_own_marks_hold_beside_those_of_the_place(parts: Parts) -> None:
    parts.rulebook = open_rulebook()
    strict = {"marks": {"vip": {"marketing": "wait"}}}
    campaign = parts.campaign(policy=strict)
    vip, black = parts.customer(), parts.customer()
    put_on(parts, vip, "vip")
    put_on(parts, black, "black")  # of which this policy says nothing: its place does
    for customer in (vip, black):
        parts.enrol(campaign, customer)

    said = decisions(parts)

    assert (said[vip], said[black]) == (
        Deferred(Reason.MARKED_WAIT, NOW + timedelta(days=1)),
        Denied(Reason.MARKED_NEVER),
    )


def test_whom_a_mark_keeps_from_campaigns_a_manager_calls_from_the_work_order(parts: Parts) -> None:
    parts.rulebook = open_rulebook()
    new_york = {"msisdn": "+12125550001", "region": "new_york", "time_zone": "America/New_York"}
    customer = parts.customer(**new_york)  # who has not agreed to a machine's voice in writing
    morning = NOW + timedelta(hours=13)
    with parts.transaction() as tx:
        make_work_order(tx, enrolment_id=make_enrolment(tx, customer_id=customer))

    def asked() -> Decision:
        with parts.transaction() as tx:
            return may_call_now(tx, customer, "marketing", parts.outgoing, morning)

    assert isinstance(asked(), Allowed)
    put_on(parts, customer, "black")
    assert asked() == Denied(Reason.MARKED_NEVER)


def test_a_machines_voice_needs_consent_in_writing_where_the_place_asks_for_it(parts: Parts) -> None:
    parts.rulebook = open_rulebook()
    new_york = {"region": "new_york", "time_zone": "America/New_York", "factors": {"sms_habit": False}}
    oral = parts.customer(msisdn="+12125550001", **new_york)
    written = parts.customer(
        msisdn="+12125550002",
        consents=["call:marketing", "sms:marketing", "call:service", "voice:marketing"],
        **new_york,
    )
    chinese = parts.customer(factors={"sms_habit": False})
    campaign = parts.campaign(policy=UNCAPPED)
    for customer in (oral, written, chinese):
        parts.enrol(campaign, customer)

    with parts.transaction() as tx:
        batch = sending.claim_due(tx, channel=Channel.CALL, limit=100, now=NOW)
        said = weigh(tx, batch, Channel.CALL, parts.outgoing, parts.flows, NOW)

    answers = {one.customer_id: each.decision for one, each in zip(batch, said, strict=True)}
    assert answers[oral] == Denied(Reason.NO_WRITTEN_CONSENT)
    assert isinstance(answers[written], Deferred)  # it is evening there
    assert isinstance(answers[chinese], Allowed)


# -- who comes first ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "names", "policy", "priority"),
    [
        ({"tier": "high"}, (), UNCAPPED, 1),
        ({"tier": "high"}, ("flea",), UNCAPPED, 9),
        ({"tier": "high", "complaint_open": True}, ("flea",), UNCAPPED, 1),  # a complaint is not put back
        ({"tier": "high"}, ("flea",), UNCAPPED | {"marks": {"flea": {"priority": "low"}}}, 2),
        ({"tier": "high"}, ("flea",), UNCAPPED | {"marks": {}}, 9),  # its place still knows what a flea is
        ({"tier": "high"}, ("flea",), UNCAPPED | {"marks": {"flea": {}}}, 1),
        (
            {"tier": "high"},
            ("flea",),
            {"marks": {"flea": {"priority": "low"}}, "caps": "odd"},
            2,
        ),  # unreadable
        ({"tier": "high"}, ("unheard_of",), UNCAPPED, 1),
        ({"tier": "high"}, ("flea", "red"), UNCAPPED, 1),
    ],
)
def test_lists_move_the_work_orders_of_those_on_them(
    parts: Parts, facts: dict[str, Any], names: tuple[str, ...], policy: dict[str, Any], priority: int
) -> None:
    customer = parts.customer(factors={"arpu": 150}, **facts)
    put_on(parts, customer, *names)
    parts.enrol(parts.campaign(policy=policy), customer)

    with parts.transaction() as tx:
        assert tx.scalars(select(WorkOrderRow.priority)).one() == priority


def test_a_work_order_is_moved_by_the_rules_of_the_customers_own_place(parts: Parts, engine: Engine) -> None:
    """The campaign's word goes before the place's; and one statement tells of all whom a batch brings to a human."""
    of_china = {"marks": {"busy": {"priority": "lowest"}, "flea": {"priority": "lowest"}}}
    of_america = {"marks": {"busy": {"priority": "low"}}}
    parts.rulebook = Rulebook(
        Profiles("america", {"CN": "china"}, {}, {}), {"china": of_china, "america": of_america}
    )
    campaign = parts.campaign(policy=UNCAPPED | {"marks": {"flea": {"priority": "low"}}})
    new_york = {"msisdn": "+12125550001", "time_zone": "America/New_York"}
    people = {
        "chinese": parts.customer(factors={"arpu": 150}, tier="high"),
        "american": parts.customer(factors={"arpu": 150}, tier="high", **new_york),
        "flea": parts.customer(factors={"arpu": 150}, tier="high"),
    }
    for name, mark in (("chinese", "busy"), ("american", "busy"), ("flea", "flea")):
        put_on(parts, people[name], mark)
    with parts.transaction() as tx:
        for customer in people.values():
            make_enrolment(tx, campaign_id=campaign, customer_id=customer, step=None, visit=0, due_at=NOW)
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    event.listen(engine, "before_cursor_execute", note)
    parts.inbound.wake_due(NOW)
    event.remove(engine, "before_cursor_execute", note)

    with parts.transaction() as tx:
        found = {row.customer_id: row.priority for row in tx.scalars(select(WorkOrderRow))}
    assert {name: found[one] for name, one in people.items()} == {"chinese": 9, "american": 2, "flea": 2}
    assert len([one for one in asked if "FROM customer_marks" in one]) == 1


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (SendOrder.AS_IS, ["red", "plain", "richer", "flea"]),
        (SendOrder.VALUE, ["red", "richer", "plain", "flea"]),
    ],
)
def test_lists_come_before_value_in_the_order_of_sending(
    transaction: Transaction, parts: Parts, order: SendOrder, expected: list[str]
) -> None:
    campaign = parts.campaign(policy=UNCAPPED, send_order=order, condition="balance < 10", control_share=0)
    people = {
        "flea": parts.customer(factors={"arpu": 300}),
        "plain": parts.customer(factors={"arpu": 10}),
        "richer": parts.customer(factors={"arpu": 50}),
        "red": parts.customer(factors={"arpu": 1}),
    }
    put_on(parts, people["flea"], "flea")
    put_on(parts, people["red"], "red")
    with transaction() as tx:
        enrol(tx, campaign, NOW, catalogue=CATALOGUE)

    with transaction() as tx:
        ordered = select(EnrolmentRow.customer_id).order_by(EnrolmentRow.due_at, EnrolmentRow.id)
        names = {id_: name for name, id_ in people.items()}
        assert [names[id_] for id_ in tx.scalars(ordered)] == expected


# -- onto a list and off it --------------------------------------------------------------------------------------


class Lists:
    """The numbers of three customers, and files that name some of them."""

    def __init__(self, transaction: Transaction, folder: Path) -> None:
        self.transaction = transaction
        self.folder = folder
        with transaction() as tx:
            self.ids = {number: make_customer(tx, msisdn=number) for number in (A, B, C)}

    def file(self, *lines: str, **over: Any) -> MarkFile:
        path = self.folder / "list.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return MarkFile(path, "CN", self.folder / "rejects", **over)

    def put(self, one: NamedList, *lines: str, now: datetime = NOW, **over: Any) -> MarkReport:
        return mark_file(self.transaction, one, self.file(*lines, **over), now=now)

    def on(self, name: str, now: datetime = NOW) -> set[str]:
        with self.transaction() as tx:
            held = marks.held(tx, list(self.ids.values()), now)
        return {
            number for number, id_ in self.ids.items() if name in {mark.name for mark in held.get(id_, ())}
        }


@pytest.fixture
def lists(transaction: Transaction, tmp_path: Path) -> Lists:
    return Lists(transaction, tmp_path)


CRM = NamedList("black", "crm")


def test_a_file_puts_its_customers_on_the_list_once_and_names_bad_rows(lists: Lists) -> None:
    report = lists.put(CRM, A, "1381", "13812341002", "+8613899999999")

    assert (report.rows_read, report.on, report.off, report.rejected) == (4, 2, 0, 2)
    assert report.first_rejects == (
        "list.txt:2: is not a telephone number that its country's plan knows",
        "list.txt:4: is no customer's number",
    )
    assert report.reject_path is not None
    assert report.reject_path.name == "list-black-20261122T020000.csv"
    assert lists.on("black") == {A, B}
    assert lists.put(CRM, A, B).on == 0


def test_a_replacing_file_takes_off_whom_it_lacks_of_its_own_source_alone(lists: Lists) -> None:
    lists.put(CRM, A, B)
    lists.put(NamedList("black", "legal"), C)

    held_back = lists.put(CRM, A, "1381", replacing=True)
    assert (held_back.off, held_back.held_back) == (0, True)
    assert lists.on("black") == {A, B, C}
    assert lists.put(CRM, A, "1381", replacing=True, despite_rejects=True).off == 1
    assert lists.on("black") == {A, C}
    with pytest.raises(
        RegisterError, match=r"list\.txt: holds no customer; nobody is taken off list 'black'"
    ):
        lists.put(CRM, "+8613899999999", replacing=True)
    assert lists.on("black") == {A, C}


def test_the_newest_word_of_a_source_says_until_when(lists: Lists) -> None:
    lists.put(CRM, A)
    assert lists.put(NamedList("black", "crm", WEEK), A).on == 1
    assert lists.on("black", WEEK - timedelta(seconds=1)) == {A}
    assert lists.on("black", WEEK) == set()


def test_who_is_taken_off_is_off_whoever_put_them_there(lists: Lists) -> None:
    lists.put(CRM, A, B)
    lists.put(NamedList("black", "legal"), A)

    report = unmark_file(lists.transaction, "black", "crm", lists.file(A), now=NOW)
    assert (report.off, lists.on("black")) == (1, {A, B})
    assert unmark_file(lists.transaction, "black", None, lists.file(A, B), now=NOW).off == 2
    assert lists.on("black") == set()


def test_one_customer_is_put_on_and_taken_off_with_a_line_in_the_audit(lists: Lists) -> None:
    with lists.transaction() as tx:
        who = tx.get_one(CustomerRow, lists.ids[A]).external_id
        assert mark_customer(tx, NamedList("red", "operator", WEEK), who, now=NOW)
        assert not mark_customer(tx, NamedList("red", "operator", WEEK), who, now=NOW)
        assert [(one.mark, one.until) for one in marks.held_by(tx, lists.ids[A], NOW)] == [("red", WEEK)]
        assert unmark_customer(tx, "red", None, who, now=NOW)
        assert not unmark_customer(tx, "red", None, who, now=NOW)
        audit = tx.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    assert [one.action for one in audit] == ["register.mark"] * 2 + ["register.unmark"] * 2
    assert audit[0].after == {"customer": who, "source": "operator", "until": WEEK.isoformat()}


@pytest.mark.parametrize(
    ("one", "complaint"),
    [
        (
            NamedList("Black List", "crm"),
            "'Black List' is no list's name: a word in small letters, such as black",
        ),
        (NamedList("black", " "), "the source is empty: whose word is it?"),
        (NamedList("black", "crm", NOW), "2026-11-22 02:00Z has passed: nobody would be on the list"),
    ],
)
def test_what_is_no_list_is_refused(lists: Lists, one: NamedList, complaint: str) -> None:
    with pytest.raises(RegisterError) as refused:
        lists.put(one, A)
    assert str(refused.value) == complaint


# -- by command --------------------------------------------------------------------------------------------------


def test_the_commands_put_on_take_off_and_count(
    keepline: Keepline, transaction: Transaction, tmp_path: Path
) -> None:
    with transaction() as tx:
        make_user(tx, login="li", role="operator")
        make_customer(tx, msisdn=A, external_id="C1")
        make_customer(tx, msisdn=B, external_id="C2")
    path = tmp_path / "flea.csv"
    path.write_text("name,phone\nLi,13812341001\nWang,1381\n", encoding="utf-8")

    put = keepline("register", "mark", "flea", str(path), "--as", "li")
    assert put.exit_code == 0, put.output
    assert put.stdout.splitlines()[:2] == [
        "list flea: 2 rows, 1 customers put on, 0 taken off, 1 rejected",
        "flea.csv:3: is not a telephone number that its country's plan knows",
    ]
    one = keepline("register", "mark", "red", "--customer", "C2", "--until", "2030-01-01", "--as", "li")
    assert one.output == "customer C2: put on list red\n"
    counted = " ".join(keepline("register", "marks").output.split())
    assert "flea │ file │ 1" in counted
    assert "red │ operator │ 1" in counted
    listed = keepline("register", "marks", "red").output
    assert "C2" in listed
    assert "138****1002" in listed
    assert "2030-01-01 00:00Z" in listed
    off = keepline("register", "unmark", "red", "--customer", "C2", "--as", "li")
    assert off.output == "customer C2: taken off list red\n"
    gone = keepline("register", "unmark", "flea", str(path), "--as", "li")
    assert gone.stdout.splitlines()[0] == "list flea: 2 rows, 0 customers put on, 1 taken off, 1 rejected"
    mistyped = keepline("register", "mark", "blakc", "--customer", "C2", "--as", "li")
    assert (
        "no policy gives list blakc a meaning; did you mean black? Known are black, complaint, flea, red"
        in mistyped.stderr
    )
    path.write_text("phone\n1381\n", encoding="utf-8")
    assert keepline("register", "mark", "flea", str(path), "--as", "li").exit_code == 1
    for mistaken in (("mark", "red"), ("mark", "red", str(path), "--customer", "C1")):
        result = keepline("register", *mistaken)
        assert result.exit_code == 2
        assert "name a FILE or one --customer, one of the two" in result.stderr


def test_a_written_consent_is_given_with_its_evidence_and_withdrawn(
    keepline: Keepline, transaction: Transaction
) -> None:
    with transaction() as tx:
        make_user(tx, login="li", role="operator")
        customer = make_customer(tx, external_id="C1", consents=["call:marketing"])

    given = keepline("register", "consent", "C1", "voice:marketing", "--evidence", "form 5", "--as", "li")
    assert given.output == "customer C1: voice:marketing given\n"
    with transaction() as tx:
        assert tx.get_one(CustomerRow, customer).consents == ["call:marketing", "voice:marketing"]
    keepline(
        "register", "consent", "C1", "voice:marketing", "--evidence", "call 7", "--withdraw", "--as", "li"
    )
    with transaction() as tx:
        assert tx.get_one(CustomerRow, customer).consents == ["call:marketing"]
    for arguments, complaint in (
        (("nobody", "voice:marketing", "--evidence", "x"), "there is no customer 'nobody'"),
        (("C1", "voice:marketing", "--evidence", " "), "evidence is missing"),
        (("C1", "fax:marketing", "--evidence", "x"), "'fax:marketing' is not one of"),
    ):
        result = keepline("register", "consent", *arguments, "--as", "li")
        assert result.exit_code
        assert complaint in result.stderr

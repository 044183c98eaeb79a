"""Whatever the command line is told that there is not: one line, exit code 1 or 2, and what was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from bot.__main__ import keepline as program
from bot.domain.refusals import Scope
from bot.register.patterns import add_pattern
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import make_campaign, make_enrolment, make_risk_list, make_user, make_work_order

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
FLOW = str(Path(__file__).parents[2] / "flows" / "low_balance_recharge.yaml")
NUMBER = "13812341001"

CAMPAIGN = "there is no campaign 'sprng'; did you mean spring? Known are autumn, spring"
LIST = "there is no list 'redd'; did you mean red? Known are black, complaint, flea, red"
USER = "there is no user 'olgo'; did you mean olga? Known are max, olga"
CUSTOMER = "there is no customer 'nobody'"
EXPLAINED = "there is no customer of this id, external id or number"
ORDER = "there is no work order 99; the newest is {order}"
QUEUE = "there is no queue 'retenion'; did you mean retention?"
PATTERN = "there is no pattern '+86171*'; did you mean +86170*?"
RISK_LIST = "there is no risk list 'nigtly'; did you mean nightly?"
EVENT = "on: there is no event 'rechrge'; did you mean recharge?"
NO_FLOW = "there is no flow 'low_balance_recharg'; did you mean flows/low_balance_recharge.yaml?"
NO_POLICY = "there is no policy 'uss'; did you mean flows/policies/us.yaml?"
PRICES = "there is no price table 'defalt'; did you mean flows/prices/default.yaml?"
MAP = "there is no column map 'telco'; did you mean flows/maps/ibm_telco.yaml?"
OF_DIFF = "there is no file, campaign or revision 'sprng'; did you mean spring?"
WORKER = "there is no queue 'smss'; did you mean sms?"

CREATE = ("campaign", "create", "--flow", FLOW, "--name", "new", "--where", "balance < 1")
GIVEN = ("--as", "olga", "--evidence", "call 7")
#: (command, its parameter): the rest of the line, the exit code, and the sentence.
CASES: dict[tuple[str, str], tuple[tuple[str, ...], int, str]] = {
    **{
        (f"campaign {move}", "name"): ((*("campaign", move, "sprng"), *more), 1, CAMPAIGN)
        for move, more in {
            "check": (), "dry-run": (), "estimate": (), "approve": (), "schedule": (), "start": (), "pause": (),
            "resume": (), "drain": (), "abort": ("--yes",), "policy": (), "status": (), "spent": (), "report": (),
        }.items()
    },
    ("report campaign", "name"): (("report", "campaign", "sprng"), 1, CAMPAIGN),
    ("notices", "name"): (("notices", "--campaign", "sprng"), 1, CAMPAIGN),
    ("flow publish", "name"): (("flow", "publish", FLOW, "--campaign", "sprng"), 1, CAMPAIGN),
    ("campaign create", "after"): ((*CREATE, "--after", "sprng", "--reached", "50%"), 1, CAMPAIGN),
    ("campaign create", "event"): ((*CREATE, "--on", "rechrge"), 1, EVENT),
    ("campaign create", "risk_list"): ((*CREATE[:6], "--risk-list", "nigtly"), 1, RISK_LIST),
    ("campaign create", "path"): (("campaign", "create", "--name", "x", "--flow", "low_balance_recharg"), 2, NO_FLOW),
    ("campaign create", "policy"): ((*CREATE, "--policy", "uss"), 2, NO_POLICY),
    ("campaign policy", "path"): (("campaign", "policy", "spring", "--set", "uss"), 2, NO_POLICY),
    ("campaign estimate", "prices_file"): (("campaign", "estimate", "spring", "--prices", "defalt"), 2, PRICES),
    ("audience import", "column_map"): (("audience", "import", "x.csv", "--map", "telco"), 2, MAP),
    ("flow simulate", "policy_file"): (("flow", "simulate", FLOW, "--policy", "uss"), 2, NO_POLICY),
    ("flow diff", "before"): (("flow", "diff", "sprng", FLOW), 1, OF_DIFF),
    ("flow diff", "after"): (("flow", "diff", FLOW, "sprng"), 1, OF_DIFF),
    **{
        (f"flow {command}", parameter): ((*("flow", command, "low_balance_recharg"), *more), 2, NO_FLOW)
        for command, parameter, more in (
            ("list", "paths", ()), ("check", "paths", ()), ("test", "paths", ()), ("simulate", "paths", ()),
            ("show", "path", ()), ("play", "path", ()), ("upgrade", "path", ()),
            ("publish", "path", ("--campaign", "spring")),
        )
    },
    ("campaign explain", "customer"): (("campaign", "explain", "nobody"), 1, EXPLAINED),
    ("register consent", "customer"): (("register", "consent", "nobody", "sms:marketing", *GIVEN), 1, CUSTOMER),
    ("register erase", "customer"): (("register", "erase", "nobody", "--as", "olga"), 1, CUSTOMER),
    ("register mark", "customer"): (("register", "mark", "red", "--customer", "nobody"), 1, CUSTOMER),
    ("register unmark", "customer"): (("register", "unmark", "red", "--customer", "nobody"), 1, CUSTOMER),
    ("register unmark", "name"): (("register", "unmark", "redd", "numbers.txt"), 1, LIST),
    ("register marks", "name"): (("register", "marks", "redd"), 1, LIST),
    ("register pattern end", "prefix"): (("register", "pattern", "end", "+86171", "--as", "olga"), 1, PATTERN),
    ("work-order list", "queue"): (("work-order", "list", "--queue", "retenion"), 1, QUEUE),
    ("work-order show", "order_id"): (("work-order", "show", "99"), 1, ORDER),
    ("work-order take", "order_id"): (("work-order", "take", "99", "--as", "max"), 1, ORDER),
    ("work-order close", "order_id"): (
        ("work-order", "close", "99", "--as", "max", "--disposition", "saved"), 1, ORDER,
    ),
    ("run worker", "queues"): (("run", "worker", "--queues", "sms,smss"), 2, WORKER),
    ("user phone", "login"): (("user", "phone", "olgo"), 1, USER),
    **{
        (command, "login"): ((*command.split(), *more, "--as", "olgo"), 1, USER)
        for command, more in {
            **{
                f"campaign {move}": ("spring",)
                for move in ("check", "approve", "schedule", "start", "pause", "resume", "drain")
            },
            "campaign create": CREATE[2:],
            "campaign abort": ("spring", "--yes"),
            "campaign policy": ("spring", "--set", "flows/policies/us.yaml"),
            "register import": ("numbers.txt",),
            "register add": (NUMBER,),
            "register restore": (NUMBER, "--evidence", "call 7"),
            "register consent": ("nobody", "sms:marketing", "--evidence", "call 7"),
            "register erase": ("nobody",),
            "register export": ("register.csv",),
            "register mark": ("red", "--customer", "nobody"),
            "register unmark": ("red", "--customer", "nobody"),
            "register pattern add": ("+86172", "--reason", "test"),
            "register pattern end": ("+86170",),
            "work-order list": (),
            "work-order take": ("99",),
            "work-order close": ("99", "--disposition", "saved"),
        }.items()
    },
}  # fmt: skip
#: Parameters that name something which the command itself makes.
MADE = {
    ("audience import", "risk_list"), ("audience synth", "risk_list"), ("campaign create", "name"),
    ("flow new", "name"),
    ("register mark", "name"), ("register pattern add", "prefix"), ("user add", "login"), ("user add", "name"),
}  # fmt: skip
NAMES = {
    "after", "before", "column_map", "customer", "event", "login", "name", "order_id", "path", "paths", "policy",
    "policy_file", "prefix", "prices_file", "queue", "queues", "risk_list",
}  # fmt: skip


@pytest.fixture
def order(transaction: Transaction) -> int:
    with transaction() as tx:
        make_user(tx, login="max", role="manager")
        olga = make_user(tx, login="olga", role="operator")
        make_risk_list(tx, name="nightly")
        make_campaign(tx, name="autumn", policy={})
        enrolment = make_enrolment(tx, campaign_id=make_campaign(tx, name="spring", policy={}))
        add_pattern(tx, "+86170", scope=Scope(), reason="test", now=NOW, user_id=olga)
        return make_work_order(tx, enrolment_id=enrolment, queue="retention")


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_an_unknown_name_is_one_line_with_what_was_perhaps_meant(
    keepline: Keepline, order: int, case: tuple[str, str]
) -> None:
    arguments, exit_code, sentence = CASES[case]

    result = keepline(*arguments)

    assert result.exit_code == exit_code, result.output
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert sentence.format(order=order) in last
    if exit_code == 1:
        assert result.stderr.count("\n") == 1


def test_no_command_that_takes_a_name_is_left_out() -> None:
    named = {
        (" ".join(path), parameter.name)
        for path, command in _commands(program)
        for parameter in command.params
        if parameter.name in NAMES
    }
    assert named == set(CASES) | MADE


def test_a_file_is_not_emptied_for_somebody_unknown(keepline: Keepline, order: int, tmp_path: Path) -> None:
    kept = tmp_path / "register.csv"
    kept.write_text("of yesterday", encoding="utf-8")
    assert keepline("register", "export", str(kept), "--as", "olgo").exit_code == 1
    assert kept.read_text(encoding="utf-8") == "of yesterday"


def test_a_list_is_only_left_at_a_source_that_has_put_somebody_there(keepline: Keepline, order: int) -> None:
    result = keepline("register", "unmark", "red", "numbers.txt", "--source", "branch")
    assert result.stderr == "Error: there is no source of list red 'branch'; there is none yet\n"


def _commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    else:
        yield path, command

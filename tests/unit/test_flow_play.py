"""`keepline flow play`: what is typed, what comes of it, and that no mistake ends the session."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.factors import known_factors
from bot.cli.flow import group
from bot.cli.flow.playing.customer import questions, read_fact
from bot.cli.flow.playing.session import Session
from bot.cli.flow.playing.typed import Command, Misread, Sms, Typed, understand
from bot.flow.golden import Input, load_golden
from bot.flow.host import Customer
from bot.flow.play import NotNow
from bot.rules.catalogue import FactorType
from tests.unit.flow.flows import FLOWS, shipped

LOW_BALANCE = FLOWS / "low_balance_recharge.yaml"


def run(*arguments: str | Path, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(group, [str(one) for one in arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


START = ("play", LOW_BALANCE, "--at", "2026-03-02 09:58")


def played(*lines: str, options: tuple[str, ...] = ()) -> str:
    code, said = run(*START, *options, typed="".join(f"{line}\n" for line in lines))
    assert code == 0
    return said


def test_a_conversation_is_played_to_its_end() -> None:
    said = played("1", "recharge 50", "pick up", "1", "press 1", "grant ok", "quit")
    assert "Mon 02 Mar 09:58  sms invite_by_sms" in said
    assert "understood as: 1" in said
    assert "Please press 1 once more to confirm" in said
    assert "has been credited" in said
    assert "end granted" in said


def test_no_mistake_ends_the_session_and_the_end_of_input_is_a_goodbye() -> None:
    said = played(
        "press 1", "wait soon", "wait 99999999w", "event nonsense", "grant maybe", "undelivered", "undelivered",
        "close", "save /nowhere/x.yaml", "", "help",
    )  # fmt: skip
    assert "not now: nobody is on the line" in said
    assert "wait needs a duration such as 25h" in said
    assert "there is no event 'nonsense'" in said
    assert "grant needs one of ok, refused, expired" in said
    assert "not now: no message is on its way" in said
    assert "cannot save: " in said
    assert "You are the customer." in said
    assert said.endswith("bye\n")


def test_a_flow_that_is_not_sound_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    flow = tmp_path / "hasty.yaml"
    flow.write_text(
        "flow: hasty\nstart: first\nsteps:\n"
        "  first: {sms: {en: Hello}, then: {reply 1: empty, complaint: end, undelivered: end, after 1d: end}}\n"
        "  empty: {sms: {}, then: end}\n",
        encoding="utf-8",
    )
    code, said = run("play", flow, "--at", "2026-03-02 09:58", typed="1\nevent complaint\n")
    assert code == 0
    assert f"{flow}:4:" in said
    assert "the flow cannot go on like this: " in said
    assert "Mon 02 Mar 09:58  end complaint" in said  # as if the reply had not been


def test_a_flow_that_cannot_even_begin_says_why(tmp_path: Path) -> None:
    flow = tmp_path / "low.yaml"
    text = LOW_BALANCE.read_text(encoding="utf-8")
    flow.write_text(text.replace("{name}, we keep", "{name}, we {keep"), encoding="utf-8")
    code, said = run("play", flow)
    assert code == 1
    assert "error KL111" in said
    assert "cannot be played: a single {" in said


def test_a_mistyped_command_goes_out_as_an_sms_and_can_be_taken_back() -> None:
    said = played("recharg 50", "undo", "undo", "state")
    assert "sent as an SMS: did you mean recharge? (undo takes it back)" in said
    assert "undone: reply recharg 50" in said
    assert "there is nothing to undo" in said
    assert "step: invite_by_sms" in said


def test_the_hours_hold_a_message_back_until_the_customers_morning() -> None:
    options = ("--hours", "11:00-12:00", "--zone", "America/New_York")
    said = played("until 10:59", "until 11:00", "state", options=options)
    assert "Mon 02 Mar 10:59: nothing has happened" in said
    assert "Mon 02 Mar 11:00  sms invite_by_sms" in said
    assert "2026-03-02 11:00 America/New_York" in said


def test_the_graph_marks_the_step_that_the_run_stands_on() -> None:
    said = played("1", "graph", "facts")
    assert "\n▶ await_recharge  [wait_for]" in said
    assert said.count("▶") == 1
    assert "balance = 8.60" in said
    assert "offer.within = 7 days" in said


def test_the_facts_of_the_customer_are_asked_for_with_samples(tmp_path: Path) -> None:
    typed = "Bo\n\nhigh\nnone\nmany\n188\nno\nquit\n"
    code, said = run(*START, "--ask", typed=typed)
    assert code == 0
    assert "'many' is not a number" in said
    assert "name=Bo, brand=Clearline, tier=high, balance=unknown, arpu=188, sms_habit=no" in said
    assert "work order retention" in said


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--at", "soon"), "cannot read 'soon', write 2026-03-02 09:58"),
        (("--zone", "Mars"), "there is no time zone 'Mars'"),
        (("--hours", "9-5"), "cannot read '9-5', write 09:00-12:00"),
        (("--fact", "balance"), "'balance': write NAME=VALUE"),
        (("--fact", "sms_habit=perhaps"), "sms_habit needs yes or no, not 'perhaps'"),
    ],
)
def test_a_bad_option_is_wrong_usage(options: tuple[str, ...], complaint: str) -> None:
    code, said = run("play", LOW_BALANCE, *options)
    assert code == 2
    assert complaint in " ".join(said.split())


def test_a_session_is_saved_and_kept_and_saved_again_beside_the_first(tmp_path: Path) -> None:
    flow = tmp_path / "low.yaml"
    flow.write_text(LOW_BALANCE.read_text(encoding="utf-8"), encoding="utf-8")
    typed = "1\nrecharge 50\nno answer\nsave\nwait 10h\nsave\nsave as mine\n"
    code, said = run("play", flow, "--language", "zh", "--at", "2026-03-02 09:58", typed=typed)
    assert code == 0
    golden = load_golden(tmp_path / "low.test.yaml")
    names = [script.name for script in golden.scripts]
    assert names == [
        "reply 1, recharge 50, no_answer",
        "reply 1, recharge 50, no_answer, advance 10h",
        "mine",
    ]
    assert all(f"saved in {tmp_path / 'low.test.yaml'} as: {name}" in said for name in names)
    assert run("test", flow)[0] == 0


def test_a_message_that_did_not_arrive_changes_what_came_after_it() -> None:
    facts = {"name": "Ann", "brand": "Keep", "balance": 3, "sms_habit": True}
    session = Session(shipped(), Customer(facts, "en"), datetime(2026, 3, 2, 2, 0, tzinfo=UTC), ())
    happened = session.give(Input("undelivered", "30005"))
    assert [line.headline for line in happened] == ["call invite_by_call"]
    with pytest.raises(NotNow):
        session.give(Input("undelivered"))
    assert session.inputs == [Input("undelivered", "30005")]
    session.undo()
    assert [line.headline for line in session.conversation.lines] == ["sms invite_by_sms"]
    assert session.give(Input("deny", "cap"))[0].headline == "denied sms invite_by_sms: cap"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("answer", Input("answer")),
        ("Pick  up", Input("answer")),
        ("no answer", Input("no_answer")),
        ("voicemail", Input("machine")),
        ("press 1", Input("press", "1")),
        ("recharge 50", Input("recharge", "50")),
        ("jump 1d 12h", Input("advance", "1d12h")),
        ("until Mon 10:00", Input("until", "mon 10:00")),
        ("grant OK", Input("grant", "granted")),
        ("deny", Input("deny")),
        ("close saved", Input("close", "saved")),
        ("event offnet_warning operator=X amount=5 vip=true since=007", Input(
            "event", "offnet_warning", {"operator": "X", "amount": 5, "vip": True, "since": "007"}
        )),
        ("event recharge amount=49.5", Input("event", "recharge", {"amount": Decimal("49.5")})),
        ("sms busy", Input("reply", "busy")),
        ("save a.yaml as hello", Command("save", "a.yaml as hello")),
        ("?", Command("help")),
        ("EXIT", Command("quit")),
        ("1", Sms(Input("reply", "1"))),
        ("好的谢谢", Sms(Input("reply", "好的谢谢"))),
        ("answer me!", Sms(Input("reply", "answer me!"), "did you mean answer?")),
        ("  ", None),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(line: str, meant: Typed | None) -> None:
    assert understand(line) == meant


def test_on_the_line_digits_are_keys_and_words_are_spoken_where_somebody_listens() -> None:
    assert understand("12#", on_the_line=True) == Input("press", "12#")
    assert understand("yes please", on_the_line=True, listening=True) == Input("say", "yes please")
    assert understand("yes please", on_the_line=True) == Sms(Input("reply", "yes please"))


@pytest.mark.parametrize(
    "line", ["event recharge 50", "event recharge amount=x", "recharge", "press one", "transfer"]
)
def test_what_begins_as_a_command_and_goes_on_as_none_is_misread(line: str) -> None:
    with pytest.raises(Misread):
        understand(line)


def test_every_fact_that_a_flow_asks_about_has_a_sample_of_its_type() -> None:
    catalogue = known_factors()
    found = questions(shipped(), catalogue, "en", date(2026, 3, 2))
    assert [question.name for question in found] == ["name", "brand", "tier", "balance", "arpu", "sms_habit"]
    assert {question.name: question.compared for question in found}["tier"] == ("high",)
    assert all(read_fact(str(question.default), question.type) == question.default for question in found[:-1])
    assert found[-1].default is True


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("是", FactorType.FLAG, True),
        ("8.6", FactorType.NUMBER, Decimal("8.6")),
        ("12", FactorType.INTEGER, 12),
        ("2026-03-05", FactorType.DATE, "2026-03-05"),
        ("2026-03-05 10:00", FactorType.DATETIME, "2026-03-05T10:00:00"),
        ("007", FactorType.TEXT, "007"),
        ("none", FactorType.NUMBER, None),
        ("true", None, True),
        ("12", None, 12),
        ("1.5", None, Decimal("1.5")),
        ("high", None, "high"),
    ],
)
def test_a_fact_is_read_by_its_type(text: str, kind: FactorType | None, value: object) -> None:
    assert read_fact(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NaN", FactorType.NUMBER),
        ("1.5", FactorType.INTEGER),
        ("soon", FactorType.DATE),
        ("si", FactorType.FLAG),
    ],
)
def test_a_fact_of_another_type_is_refused(text: str, kind: FactorType) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read_fact(text, kind)

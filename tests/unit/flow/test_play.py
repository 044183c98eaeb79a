"""A conversation in memory: what its host does for every part of the language, on a clock moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.domain.quiet_hours import Window
from bot.flow.happenings import CallOutcome
from bot.flow.load import load_flow
from bot.flow.play import Conversation, Customer, NotNow

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
BY_DAY = (Window(time(9), time(20)),)

HEAD = "spec: 2\nflow: tried\ntitle: {en: Tried}\nexpires: 30d\nstart: first\nsteps:\n"


def talk(
    steps: str,
    *,
    head: str = HEAD,
    at: datetime = MORNING,
    windows: tuple[Window, ...] = (),
    zone: str = "Asia/Shanghai",
    **facts: object,
) -> Conversation:
    conversation = Conversation(
        load_flow(head + steps), Customer({"name": "Ann", **facts}, "en", zone), at, windows
    )
    conversation.start()
    return conversation


def said(conversation: Conversation) -> list[str]:
    return [line.headline for line in conversation.lines]


ASKING = """\
  first:
    sms: {en: "Hello {name}, reply 1 or 2, STOP to opt out"}
    accept: [1]
    expires: 6h
    then: {reply 1: noted, reply 2: end, unclear: human, undelivered: end, after 24h: end}
  noted: {set: {way: sms}, then: told}
  told:
    sms: {en: "You chose {run.way}, {name}"}
    purpose: service
    expires: 6h
    then: end
  human: {work_order: {queue: retention, due: 4h, script: x}, then: {closed: end}}
"""


def test_texts_may_name_what_the_run_has_noted() -> None:
    conversation = talk(ASKING)
    conversation.reply("1")
    assert conversation.lines[-1].words == "You chose sms, Ann"


def test_an_unclear_reply_is_asked_about_once_and_then_left_to_a_human() -> None:
    conversation = talk(ASKING, brand="Keep")
    conversation.reply("what is this")
    assert said(conversation)[-1] == "sms first ask_again"
    assert "1 or 2" in conversation.lines[-1].words
    conversation.reply("who are you")
    assert said(conversation)[-1] == "work order retention"


def test_a_second_question_that_the_night_holds_back_is_dropped_and_the_first_still_stands() -> None:
    conversation = talk(ASKING, windows=BY_DAY, brand="Keep")
    conversation.advance(timedelta(hours=11))
    conversation.reply("what is this")
    conversation.advance(timedelta(hours=12))
    assert said(conversation)[1:] == ["expired sms first ask_again"]
    assert conversation.state.step == "first"


def test_a_second_question_that_does_not_arrive_moves_nobody() -> None:
    conversation = talk(ASKING, brand="Keep")
    conversation.delivered()
    conversation.reply("what is this")
    conversation.undelivered("30005")
    assert conversation.state.step == "first"
    conversation.advance(timedelta(hours=24))
    assert said(conversation)[-1] == "end timed_out"


def test_a_reply_after_the_end_is_noted_as_late_and_moves_nothing() -> None:
    conversation = talk(ASKING)
    conversation.reply("2")
    ended = conversation.state
    conversation.reply("1")
    conversation.event("recharge", Decimal(50))
    conversation.advance(timedelta(days=40))
    assert said(conversation)[-1] == "late reply"
    assert conversation.lines[-1].words == "1"
    assert conversation.state == ended


def test_time_stands_still_while_somebody_is_on_the_line() -> None:
    conversation = talk(CALLING)
    conversation.answer()
    with pytest.raises(NotNow, match="on the line"):
        conversation.advance(timedelta(hours=1))


CALLING = """\
  first:
    call:
      say: {en: "Hello {name}, press 1 or say yes"}
      speech: true
      keys: {1: end, 0: opt_out}
    expires: 6h
    then: {no_key: end, unreached: end}
"""


def test_what_is_said_into_a_prompt_that_listens_counts_as_its_key() -> None:
    conversation = talk(CALLING)
    conversation.answer()
    conversation.say("well, I do not know")
    assert said(conversation)[-1] == "says first no_key+say"
    conversation.say("yes please")
    assert said(conversation)[-1] == "end declined"  # an end without a name, by a key


def test_a_prompt_without_speech_hears_keys_only() -> None:
    conversation = talk(CALLING.replace("      speech: true\n", ""))
    conversation.answer()
    with pytest.raises(NotNow, match="keys only"):
        conversation.say("yes")


def test_a_refusal_by_voice_ends_the_call_and_the_run() -> None:
    conversation = talk(CALLING)
    conversation.answer()
    conversation.say("please stop calling me")
    assert said(conversation)[2:] == ["opted out", "hangs up opted_out", "end opted_out"]
    assert not conversation.talking


def test_a_recording_stands_as_its_address() -> None:
    played = CALLING.replace(
        'say: {en: "Hello {name}, press 1 or say yes"}', "play: {en: https://x.example/hello.mp3}"
    )
    conversation = talk(played)
    conversation.answer()
    assert said(conversation)[-1] == "says first play"
    assert conversation.lines[-1].words == "https://x.example/hello.mp3"


def test_a_call_whose_words_lack_a_value_is_denied_before_it_rings() -> None:
    conversation = talk(CALLING, name=None)
    assert said(conversation) == ["denied call first: missing name", "end denied"]


def test_a_call_cannot_be_answered_twice_nor_be_busy_afterwards_unheard() -> None:
    conversation = talk(CALLING)
    conversation.answer()
    with pytest.raises(NotNow, match="no phone is ringing"):
        conversation.answer()
    conversation.end_call(CallOutcome.ANSWERED)
    with pytest.raises(NotNow, match="no phone is ringing"):
        conversation.end_call(CallOutcome.BUSY)


def test_a_customer_without_a_number_of_its_own_goes_the_way_of_customer_one() -> None:
    ways = """\
  first: {split: {short: 50, long: 50}, experiment: wording, then: {short: left, long: right}}
  left: {end: short}
  right: {end: long}
"""
    unnamed = talk(ways).state.result
    assert unnamed == talk(ways, customer_id=1).state.result
    assert {talk(ways, customer_id=number).state.result for number in range(20)} == {"short", "long"}


@pytest.mark.parametrize(
    ("zone", "until", "at"),
    [
        ("Asia/Shanghai", '"10:30"', datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("America/New_York", '"10:30"', datetime(2026, 3, 2, 15, 30, tzinfo=UTC)),
        (
            "America/New_York",
            "sun",
            datetime(2026, 3, 8, 13, 0, tzinfo=UTC),
        ),  # the clocks go forward that night
        ("Asia/Shanghai", "contract_end - 3d", datetime(2026, 3, 17, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_wait_ends_by_the_customers_own_clock(zone: str, until: str, at: datetime) -> None:
    steps = f"  first: {{wait: {{until: {until}}}, then: {{done: over, unknown: end}}}}\n  over: {{end: waited}}\n"
    conversation = talk(
        steps, zone=zone, at=datetime(2026, 3, 2, 1, 59, tzinfo=UTC), contract_end="2026-03-20"
    )
    conversation.advance(at - conversation.now - timedelta(seconds=1))
    assert not conversation.state.finished
    conversation.advance(timedelta(days=20))
    assert conversation.lines[-1].headline == "end waited"
    assert conversation.lines[-1].at == at


def test_an_event_brings_its_details_along_and_an_outgoing_one_shows_them() -> None:
    steps = """\
  first:
    wait_for: offnet_warning
    where: event.operator = 'X' and event.amount >= 5
    then: {offnet_warning: tell, after 5d: end}
  tell:
    emit: save_offered
    with: {cause: offnet, who: {from: name}, high: true}
    then: end
"""
    conversation = talk(steps)
    conversation.event("offnet_warning", Decimal(5), {"operator": "Y"})
    assert said(conversation) == []
    conversation.event("offnet_warning", Decimal(5), {"operator": "X"})
    assert conversation.lines[0].headline == "emits save_offered"
    assert conversation.lines[0].words == "cause=offnet high=true who=Ann"


def test_an_answer_in_the_customers_own_words_is_noted() -> None:
    steps = """\
  first:
    survey: {by: sms, ask: {en: "What went wrong?"}, answer: text, as: why}
    expires: 6h
    then: {answered: tell, undelivered: end, after 1d: end}
  tell: {emit: feedback, with: {why: {from: run.why}}, then: end}
"""
    conversation = talk(steps)
    conversation.reply("Nobody called me back")
    assert conversation.lines[-2].words == "why=Nobody called me back"


def test_a_refusal_may_have_its_own_ending_on_which_nobody_is_contacted() -> None:
    head = HEAD.replace("steps:\n", "then: {opted_out: note}\nsteps:\n")
    steps = (
        ASKING
        + """\
  note: {emit: refused_us, with: {}, then: farewell}
  farewell:
    sms: {en: "Sorry to see you go"}
    purpose: service
    expires: 6h
    then: end
"""
    )
    conversation = talk(steps, head=head)
    conversation.reply("STOP")
    assert said(conversation)[1:4] == ["opted out", "emits refused_us", "denied sms farewell: suppressed"]
    assert conversation.state.finished


def test_a_denial_is_for_the_contact_that_waits_or_else_for_the_next_one() -> None:
    steps = ASKING.replace("undelivered: end", "denied: human, undelivered: end")
    waiting = talk(steps, windows=BY_DAY, at=MORNING - timedelta(hours=3))
    waiting.deny("no_consent")
    assert said(waiting) == ["work order retention"]
    armed = talk(steps)
    armed.deny("cap")
    armed.reply("1")
    assert said(armed)[-2:] == ["denied sms told: cap", "end denied"]


def test_a_service_message_keeps_no_marketing_hours() -> None:
    conversation = talk(ASKING, windows=BY_DAY)
    conversation.advance(timedelta(hours=12))
    conversation.reply("1")
    assert said(conversation)[-1] == "sms told"


def test_a_phone_that_nobody_answers_rings_out_before_anything_else_happens() -> None:
    conversation = talk(CALLING)
    conversation.advance(timedelta(hours=1))
    assert said(conversation) == ["call first", "end unreached"]
    assert conversation.lines[-1].at == MORNING + timedelta(seconds=30)

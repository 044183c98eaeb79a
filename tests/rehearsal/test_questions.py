"""Texts and prompts of flows that nobody told the people about: what they offer, and how people answer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.flow.load import load_flow
from bot.flow.model import FlowStep
from bot.flow.steps.call import CallStep
from rehearsal.callee import Callee, HangUp, KeyPress, Question, Reaction, Speech
from rehearsal.chance import Chance
from rehearsal.choices import Scale
from rehearsal.meanings import Intent
from rehearsal.offers import read_offer
from rehearsal.people import Person
from rehearsal.personas import PERSONA_BY_NAME, Pickup
from rehearsal.reactions import Reply, react_to_text

SCORE = "【凯灵】您对本次服务满意吗？请回复1至5分，5分最满意。拒收请回T"
CAUSE = "您想离网的原因是？回1资费高，回2信号差，回3换号，回4其他，拒收请回T"
THREE_ONES = (
    "为您准备了三个一：专属套餐办理请按1，领取重装礼包请按2，继续销户请按3，不想再接到此类来电请按0。"
)
AGAIN = "【凯灵】抱歉，没有看懂您的回复，请只回复1、2或3。拒收请回T"
SATISFIED = "【凯灵】您的投诉已处理：满意回1，基本满意回2，不满意回3，拒收请回T"


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        (SCORE, Scale(1, 5)),
        ("How satisfied are you? Reply 1 to 5, where 5 is best, or STOP to opt out", Scale(1, 5)),
        ("请按1到5打分，5分最满意，重听请按9，不想再接到此类来电请按0", Scale(1, 5)),
        ("请为我们打分：0-10分", Scale(0, 10)),
        ("How likely are you to recommend us, from 0 to 10?", Scale(0, 10)),
        ("Please rate us between 1 (poor) and 5 (great)", Scale(1, 5)),
        ("满意度请回1-5，1最满意", Scale(1, 5, best_first=True)),
        ("抱歉，没有看懂您的回复，请只回复1、2、3、4或5", Scale(1, 5, from_keys=True)),
        ("我们的客服时间为9-21点，回1参加", None),
        ("您的流量将在1-3天内到账", None),
        ("Delivery takes 1 to 3 days, reply 1 to join", None),
    ],
)
def test_a_scale_is_told_from_a_range_of_something_else(text: str, scale: Scale | None) -> None:
    assert read_offer(text).scale == scale


@pytest.mark.parametrize(
    ("text", "feelings"),
    [
        (SATISFIED, {"1": 1, "2": 0, "3": -1}),
        ("非常满意请按1，满意请按2，一般请按3，不满意请按4，非常不满意请按5",
         {"1": 2, "2": 1, "3": 0, "4": -1, "5": -2}),
        ("If you are satisfied, press 1. If it could be better, press 2. If you are not satisfied, press 3.",
         {"1": 1, "2": 0, "3": -1}),
        ("您的问题解决了吗？回1是，回2否，拒收回T", {"1": 1, "2": -1}),
        ("Was your problem solved? Reply YES or NO", {"YES": 1, "NO": -1}),
        ("回复是或否", {"是": 1, "否": -1}),
        ("请回复对应数字：1、满意，2、基本满意，3、不满意", {"1": 1, "2": 0, "3": -1}),
        ("满意请按1，一般2，不满意3", {"1": 1, "2": 0, "3": -1}),
        ("Reply with a number: 1=good 2=so-so 3=bad", {"1": 1, "2": 0, "3": -1}),
        ("Satisfied? Reply 1. Can just live with it? Reply 2. Not satisfied? Reply 3.",
         {"1": 1, "2": 0, "3": -1}),
    ],
)  # fmt: skip
def test_labels_tell_how_those_feel_who_choose_them(text: str, feelings: dict[str, int]) -> None:
    assert {choice.key: choice.feeling for choice in read_offer(text).matters_of_taste} == feelings


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (CAUSE, ["1", "2", "3", "4"]),
        ("Why are you leaving? Reply with a number: 1. Price 2. Coverage 3. Service 4. Other",
         ["1", "2", "3", "4"]),
        ("请问您想销户的原因：回复数字 1资费贵 2信号差 3服务不好 4其他", ["1", "2", "3", "4"]),
        ("May we ask why? Too expensive, press 1. Away for a season, press 2. Hardly used, press 3.",
         ["1", "2", "3"]),
        ("May we ask why? Too expensive 1, poor network 2, hardly used 3. Reply 1 to 3", ["1", "2", "3"]),
    ],
)  # fmt: skip
def test_causes_are_choices_without_a_wish(text: str, keys: list[str]) -> None:
    offer = read_offer(text)
    assert [choice.key for choice in offer.matters_of_taste] == keys
    assert not offer.invitations


def test_of_three_offers_each_takes_something_up_and_leaving_is_none_of_them() -> None:
    offer = read_offer(THREE_ONES)
    assert offer.invitations == ("1", "2")
    assert (offer.keys[Intent.DECLINE], offer.keys[Intent.OPT_OUT]) == ("3", "0")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("回Y确认，回N取消", {Intent.JOIN: "Y", Intent.DECLINE: "N"}),
        ("生日快乐！送您1GB流量，回1即可得到，回T退订", {Intent.JOIN: "1", Intent.OPT_OUT: "T"}),
        ("您愿意接受回访吗？请按1表示愿意，按2表示不愿意", {Intent.JOIN: "1", Intent.DECLINE: "2"}),
    ],
)
def test_wishes_are_read_from_other_words_than_the_first_campaigns(
    text: str, keys: dict[Intent, str]
) -> None:
    assert read_offer(text).keys == keys


@pytest.mark.parametrize(
    ("text", "words", "number"),
    [
        ("请告诉我们您不满意的原因，直接回复即可，拒收回T", True, False),
        ("What could we do better? Just reply to this message.", True, False),
        ("请输入您证件号码的后四位，以井号键结束", False, True),
        ("Please enter the last 4 digits of your ID, then press pound.", False, True),
        ("【凯灵】赠送的10元话费已到账，感谢您一路相伴。", False, False),
        ("Your bonus of 10.00 has been credited. Thank you for staying with us.", False, False),
        (SCORE, False, False),
    ],
)
def test_an_open_question_and_a_number_to_enter_are_known_for_what_they_are(
    text: str, words: bool, number: bool
) -> None:
    offer = read_offer(text)
    assert (offer.wants_words, offer.wants_number) == (words, number)


FLOWS = Path(__file__).parents[2] / "flows"
SHELF = [path for path in FLOWS.glob("*.yaml") if "\nsteps:" in path.read_text(encoding="utf-8")]
FILLED = {
    "zh": {"money": "50元", "days": "7天", "date": "11月30日", "": "某某"},
    "en": {"money": "¥50.00", "days": "7 days", "date": "30 November", "": "Ann"},
}


def filled(text: str, language: str) -> str:
    kinds = FILLED[language]
    return re.sub(r"\{[^}:]*:?([^}]*)\}", lambda found: kinds.get(found[1], kinds[""]), text)


def keys_of(step: FlowStep) -> set[str]:
    if not isinstance(step, CallStep):
        return set(step.reply_keys)
    return set(step.keys) | ({step.confirm.key} if step.confirm is not None else set())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("flow", sorted(SHELF), ids=lambda path: path.stem)
def test_people_find_every_key_that_the_shelf_offers(flow: Path, language: str) -> None:
    for name, step in load_flow(flow).steps.items():
        for question in ("sms", "say"):
            if text := step.texts().get(question, {}).get(language):
                offer = read_offer(filled(text, language))
                found = {choice.key for choice in offer.choices}
                if offer.scale is not None:
                    found |= {str(point) for point in range(offer.scale.least, offer.scale.most + 1)}
                assert keys_of(step) <= found, f"{name}: {text}"


@pytest.mark.parametrize(
    ("text", "minimum"),
    [("现在续约，存100元送20元", 100), ("Renew, deposit ¥100.00, and get ¥20.00", 100),
     ("no top-up needed: reply 1 within 7 days", None)],
)  # fmt: skip
def test_a_deposit_is_a_recharge_and_a_key_is_none(text: str, minimum: float | None) -> None:
    assert read_offer(text).minimum == minimum


# -- by text -------------------------------------------------------------------------------------------


def someone(persona: str, number: int = 0, **traits: float) -> Person:
    who = replace(PERSONA_BY_NAME[persona], **traits)  # type: ignore[arg-type]  # rates, by their names
    msisdn = f"+8613800{number:06d}"
    return Person(msisdn, who, language="zh", sms_habit=True, registered=True)


def replies(persona: str, *texts: str, people: int = 200, **traits: float) -> list[Reply]:
    """To the last of the texts."""
    found = []
    for number in range(people):
        person = someone(persona, number, **traits)
        reactions = [react_to_text(Chance(1), person, text) for text in texts]
        found += [reaction for reaction in reactions[-1] if isinstance(reaction, Reply)]
    return found


def points(found: list[Reply]) -> list[int]:
    digits = "".join(reply.body.translate(str.maketrans("１２３４５", "12345")) for reply in found)
    return [int(digit) for digit in digits if digit.isdecimal()]


def test_the_pleased_give_more_points_than_the_displeased() -> None:
    keen, grumbling = points(replies("keen", SCORE)), points(replies("wants_manager", SCORE))
    assert set(keen) | set(grumbling) <= {1, 2, 3, 4, 5}
    assert sum(keen) / len(keen) > 4 > 3.5 > sum(grumbling) / len(grumbling)
    best_first = points(replies("keen", "满意度请回1-5，1最满意"))
    assert sum(best_first) / len(best_first) < 2


def test_the_label_nearest_to_the_mood_is_chosen() -> None:
    keen = Counter(points(replies("keen", SATISFIED)))
    assert keen.most_common(1)[0][0] == 1
    displeased = Counter(points(replies("wants_manager", SATISFIED)))
    assert set(displeased) == {1, 2, 3} or displeased[3] > displeased[1]


def test_causes_are_spread_over_all_that_are_offered() -> None:
    found = replies("keen", CAUSE)
    assert {reply.intent for reply in found} == {Intent.ANSWER}
    assert set(points(found)) == {1, 2, 3, 4}


def test_an_answer_to_a_question_is_no_yes_to_an_offer() -> None:
    person = someone("keen")
    react_to_text(Chance(1), person, SCORE)
    assert not person.joined
    assert not person.recharge_planned


def test_an_open_question_is_answered_in_words_by_mood() -> None:
    question = "请告诉我们您的意见，直接回复即可"
    pleased = {reply.body for reply in replies("keen", question)}
    displeased = {reply.body for reply in replies("wants_manager", question)}
    assert any("满意" in body or "挺好" in body for body in pleased)
    assert any("太差" in body or "太贵" in body for body in displeased)


def test_thanks_are_answered_by_nobody_but_the_confused_and_those_who_leave() -> None:
    for persona in PERSONA_BY_NAME.values():
        if persona.replies not in (Intent.WRONG, Intent.OPT_OUT):
            assert replies(persona.name, "【凯灵】赠送的10元话费已到账，感谢您一路相伴。") == []


def test_whoever_leaves_a_question_unanswered_is_not_made_to_answer_by_its_kind() -> None:
    assert 0 < len(replies("silent", SCORE)) < 60
    assert len(replies("keen", SCORE)) > 80


def test_a_second_asking_by_keys_alone_is_answered_as_the_first_question() -> None:
    muddled = replies("wrong_keys", SATISFIED, AGAIN)
    proper = [reply for reply in muddled if reply.intent is Intent.ANSWER]
    stray = [reply for reply in muddled if reply.intent is Intent.WRONG]
    assert len(proper) > len(stray) > 20
    assert set(points(proper)) <= {1, 2, 3}


def test_some_say_no_where_there_is_a_key_for_it_unless_they_are_committed() -> None:
    invitation = "7天内充值满50元送10元，参加回1，不需要回2，拒收回T"
    found = replies("keen", invitation, declines=0.5)
    noes = [reply for reply in found if reply.intent is Intent.DECLINE]
    assert 40 < len(noes) < 120
    assert {digit for reply in noes for digit in points([reply])} == {2}
    committed = someone("keen", declines=1.0)
    committed.joined = True
    (reply,) = [one for one in react_to_text(Chance(1), committed, invitation) if isinstance(one, Reply)]
    assert reply.intent is Intent.JOIN


# -- by phone ------------------------------------------------------------------------------------------


def answer(person: Person, question: Question, *, machine: bool = False) -> Reaction:
    person.calls = 1
    return Callee(Chance(4), person, Pickup.MACHINE if machine else Pickup.HUMAN).answers(question)


def answers(persona: str, question: Question, people: int = 100, **traits: float) -> list[Reaction]:
    return [answer(someone(persona, number, **traits), question) for number in range(people)]


def pressed(reactions: list[Reaction]) -> Counter[str]:
    return Counter(one.digits for one in reactions if isinstance(one, KeyPress))


def test_a_survey_by_phone_is_answered_with_points() -> None:
    question = Question("请按1到5打分，5分最满意，重听请按9，不想再接到此类来电请按0")
    assert set(pressed(answers("keen", question))) <= {"4", "5"}
    assert set(pressed(answers("opts_out", question))) == {"0"}
    assert pressed(answers("repeater", question)) == {"9": 100}


def test_who_wants_nothing_of_three_offers_can_say_so() -> None:
    keen = pressed(answers("keen", Question(THREE_ONES)))
    assert set(keen) == {"1", "2"}
    assert set(pressed(answers("keen", Question(THREE_ONES), declines=1.0))) == {"3"}


def test_a_number_is_entered_with_as_many_digits_as_are_wanted() -> None:
    words = "请输入您证件号码的后四位，以井号键结束"
    for entered in pressed(answers("keen", Question(words, digits=4))):
        assert len(entered) == 5
        assert entered[:4].isdecimal()
        assert entered[4] == "#"
    assert {len(entered) for entered in pressed(answers("wrong_keys", Question(words, digits=4)))} == {2}
    assert isinstance(answer(someone("opts_out"), Question(words, digits=4)), HangUp)


def test_where_the_carrier_listens_some_speak_and_some_press() -> None:
    question = Question("参加请按1或直接说参加，转人工请按2", listens=True)
    found = answers("keen", question, people=200)
    said = [one for one in found if isinstance(one, Speech)]
    assert 20 < len(said) < 120 < 20 + sum(pressed(found).values())
    clear = [one for one in said if one.confidence >= 0.4]
    mumbled = [one for one in said if one.confidence < 0.4]
    assert len(clear) > len(mumbled) > 0
    assert {"好的", "参加", "一"} <= {one.words for one in clear}
    assert not any(one.words in ("好的", "参加") for one in mumbled)


def test_nobody_speaks_where_the_carrier_does_not_listen_and_all_do_where_it_takes_no_keys() -> None:
    assert not any(isinstance(one, Speech) for one in answers("angry", Question("不想再接请按0"), speaks=1.0))
    only_words = Question("请说出您的选择：转人工请说二", takes_keys=False, listens=True)
    assert not pressed(answers("keen", only_words))


def test_a_refusal_is_said_aloud_even_where_no_key_is_offered_for_it() -> None:
    question = Question("参加请按1", listens=True)
    person = someone("angry", speaks=1.0, mumbles=0.0)
    said = answer(person, question)
    assert isinstance(said, Speech)
    assert "打" in said.words
    assert person.opted_out
    assert isinstance(answer(someone("angry"), Question("参加请按1")), HangUp)


def test_a_refusal_that_was_mumbled_has_not_been_made() -> None:
    person = someone("angry", speaks=1.0, mumbles=1.0)
    said = answer(person, Question("参加请按1，不想再接请按0", listens=True))
    assert isinstance(said, Speech)
    assert said.confidence < 0.4
    assert not person.opted_out


def test_a_machine_greets_once_into_an_open_microphone() -> None:
    callee = Callee(Chance(4), someone("voicemail_owner"), Pickup.MACHINE)
    greeting = callee.answers(Question("参加请按1", listens=True))
    assert isinstance(greeting, Speech)
    assert "留言" in greeting.words
    assert callee.answers(Question("参加请按1", listens=True)) is None
    assert answer(someone("keen"), Question("参加请按1"), machine=True) is None


def test_the_words_of_a_recording_are_not_known_and_the_usual_keys_are_pressed() -> None:
    assert set(pressed(answers("keen", Question("")))) == {"1"}
    assert set(pressed(answers("wants_manager", Question("")))) == {"2"}

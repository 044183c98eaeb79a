from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.callee import Callee, HangUp, KeyPress, Question, Reaction
from rehearsal.chance import Chance
from rehearsal.meanings import Intent
from rehearsal.people import BadCustomer, Customer, People, Person, parse_customer
from rehearsal.personas import PERSONA_BY_NAME, PERSONAS, Pickup
from rehearsal.reactions import Recharge, Reply, plan_spontaneous, react_to_text
from tests.rehearsal.invitations import CHINESE_TEXT, ENGLISH_TEXT

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MENU = "您好，7天内充值满50元送10元。参加请按1，转人工请按2，重听请按9，不再接听请按0"


def someone(persona: str, number: int = 0, language: str = "zh") -> Person:
    return Person(
        f"+8613800{number:06d}", PERSONA_BY_NAME[persona], language=language, sms_habit=True, registered=True
    )


def crowd(chance: Chance, size: int) -> list[Person]:
    people = People(chance)
    customers = (
        Customer(f"+8613900{number:06d}", "zh", True, 5.0, 40.0, 20, "mid", "") for number in range(size)
    )
    return [people.register(customer)[0] for customer in customers]


def replies_of(persona: str, language: str = "zh", text: str = CHINESE_TEXT) -> list[Reply]:
    reactions = [react_to_text(Chance(1), someone(persona, number, language), text) for number in range(300)]
    return [reaction for each in reactions for reaction in each if isinstance(reaction, Reply)]


def test_the_mix_of_personas_follows_their_shares_and_the_seed() -> None:
    names = Counter(person.persona.name for person in crowd(Chance(1), 4000))
    assert set(names) == {persona.name for persona in PERSONAS}
    for persona in PERSONAS:
        assert abs(names[persona.name] / 4000 - persona.share) < 0.02
    again = [person.persona.name for person in crowd(Chance(1), 100)]
    assert again == [person.persona.name for person in crowd(Chance(1), 100)]
    assert again != [person.persona.name for person in crowd(Chance(2), 100)]


def test_shares_make_up_the_whole() -> None:
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1.0)


@pytest.mark.parametrize(("language", "text"), [("zh", CHINESE_TEXT), ("en", ENGLISH_TEXT)])
def test_the_keen_join_in_many_wordings_after_a_human_while(language: str, text: str) -> None:
    replies = replies_of("keen", language, text)
    assert len(replies) > 200
    assert {"1"} < {reply.body for reply in replies}
    assert all(reply.intent is Intent.JOIN for reply in replies)
    assert all(timedelta(minutes=1) <= reply.after <= timedelta(hours=1) for reply in replies)


def test_opting_out_comes_as_words_and_as_sentences_and_ends_all_replies() -> None:
    bodies = {reply.body for reply in replies_of("opts_out")}
    assert {"T", "退订", "别再发了"} <= bodies
    person = someone("angry")
    assert react_to_text(Chance(1), person, CHINESE_TEXT)
    assert react_to_text(Chance(1), person, CHINESE_TEXT) == []


def test_who_wants_a_manager_asks_only_where_one_is_offered() -> None:
    assert {reply.body for reply in replies_of("wants_manager")} <= {"2", "２", "2。"}
    assert replies_of("wants_manager", text="感谢您的支持") == []


def test_the_silent_never_write() -> None:
    assert replies_of("silent") == []


def test_an_accepted_offer_leads_to_more_recharges_than_an_invitation_and_both_to_more_than_none() -> None:
    def recharges(persona: str) -> int:
        reactions = [react_to_text(Chance(1), someone(persona, n), CHINESE_TEXT) for n in range(500)]
        return sum(isinstance(reaction, Recharge) for each in reactions for reaction in each)

    assert recharges("keen") > recharges("persuadable") > recharges("silent") > recharges("opts_out") == 0


def test_some_recharge_too_little_and_most_enough_within_the_offer() -> None:
    reactions = [react_to_text(Chance(1), someone("keen", n), CHINESE_TEXT) for n in range(500)]
    recharges = [reaction for each in reactions for reaction in each if isinstance(reaction, Recharge)]
    below = sum(recharge.amount < 50 for recharge in recharges)
    assert 0 < below < len(recharges) / 4
    assert all(recharge.after < timedelta(days=7) for recharge in recharges)


def test_a_person_is_moved_to_recharge_only_once() -> None:
    chance = Chance(1)
    person = someone("keen")
    moved = [
        r for _ in range(20) for r in react_to_text(chance, person, CHINESE_TEXT) if isinstance(r, Recharge)
    ]
    assert len(moved) == 1


def test_people_recharge_unasked_and_the_self_motivated_far_more_often() -> None:
    chance = Chance(1)

    def planned(persona: str) -> int:
        return sum(len(plan_spontaneous(chance, someone(persona, n), 10, NOW)) for n in range(500))

    assert 20 < planned("keen") < 90
    assert planned("self_motivated") > 5 * planned("keen")
    first = plan_spontaneous(chance, someone("self_motivated", 3), 30, NOW)
    assert first == plan_spontaneous(chance, someone("self_motivated", 3), 30, NOW)
    assert all(NOW < at <= NOW + timedelta(days=30) for at, _ in first)


def presses(persona: str, times: int, prompt: str = MENU) -> list[Reaction]:
    person = someone(persona)
    person.calls = 1
    callee = Callee(Chance(4), person, Pickup.HUMAN)
    return [callee.answers(Question(prompt)) for _ in range(times)]


def digits(reactions: list[Reaction]) -> list[str]:
    return [reaction.digits for reaction in reactions if isinstance(reaction, KeyPress)]


def test_each_persona_presses_its_keys() -> None:
    assert digits(presses("keen", 2)) == ["1", "1"]
    assert digits(presses("wants_manager", 1)) == ["2"]
    assert digits(presses("opts_out", 1)) == ["0"]
    assert digits(presses("repeater", 3)) == ["9", "1", "1"]
    assert digits(presses("wrong_keys", 2)) == ["7", "1"]
    assert presses("hang_up_early", 2) == [None, None]


def test_whoever_recharged_for_the_bonus_takes_it() -> None:
    def takers(recharged: bool) -> int:
        people = [someone("silent", number) for number in range(200)]
        for person in people:
            person.recharge_planned = recharged
        callees = [Callee(Chance(4), person, Pickup.HUMAN) for person in people]
        return len(digits([callee.answers(Question("领取请按1")) for callee in callees]))

    assert takers(recharged=True) > 170
    assert takers(recharged=False) < 40


def test_keys_follow_what_the_prompt_offers() -> None:
    assert digits(presses("keen", 1, "确认参加请按5")) == ["5"]
    assert digits(presses("wants_manager", 1, "To confirm, press 1.")) == ["1"]
    assert isinstance(presses("opts_out", 1, "To confirm, press 1.")[0], HangUp)


def test_a_machine_presses_nothing_and_an_accepted_call_may_lead_to_a_recharge() -> None:
    machine = Callee(Chance(1), someone("keen"), Pickup.MACHINE)
    assert machine.answers(Question(MENU)) is None
    moved = 0
    for number in range(200):
        callee = Callee(Chance(1), someone("keen", number), Pickup.HUMAN)
        callee.answers(Question(MENU))
        callee.hears(MENU)
        recharge = callee.recharges_afterwards()
        moved += recharge is not None and recharge.cause == "accepted"
    assert moved > 140


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], r"c\[0\]: is not an object"),
        ({"msisdn": "138"}, r"c\[0\]\.msisdn: '138' is not a number in E\.164"),
        ({"msisdn": "+8613800000000", "persona": "grumpy"}, r"c\[0\]\.persona: unknown persona 'grumpy'"),
        ({"msisdn": "+8613800000000", "balance": "8"}, r"c\[0\]\.balance: '8' is not a number"),
        ({"msisdn": "+8613800000000", "sms_habit": "yes"}, r"c\[0\]\.sms_habit: 'yes' is not true or false"),
    ],
)
def test_a_customer_that_cannot_be_read_is_named(row: object, message: str) -> None:
    with pytest.raises(BadCustomer, match=message):
        parse_customer(row, "c[0]")


def test_registering_again_renews_the_facts_and_keeps_the_person() -> None:
    people = People(Chance(1))
    customer = Customer("+8613800000000", "zh", True, 5.0, 40.0, 20, "mid", "")
    person, is_new = people.register(customer)
    same, is_new_again = people.register(replace(customer, balance=9.0))
    assert (is_new, is_new_again) == (True, False)
    assert same is person
    assert person.balance == 9.0

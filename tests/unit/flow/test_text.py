"""Texts in the customer's language, with the customer's values, and never with a hole in them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.flow.actions import Dial, Hangup, Prompt, Voicemail
from bot.flow.offer import read_offer
from bot.flow.template import BadTemplate
from bot.flow.text import MissingValue, in_language, render, sms_text, spoken, texts, values_needed
from bot.flow.wording import BUILT_IN
from tests.unit.flow.flows import shipped

FACTS = {"name": "王芳", "brand": "长江移动", "balance": 8.6}


@pytest.mark.parametrize(
    ("template", "language", "expected"),
    [
        ("{x:money}", "zh", "50元"),
        ("{y:money}", "zh", "1,234.50元"),
        ("{x:money}", "en", "¥50"),
        ("{y:money}", "en", "¥1,234.50"),
        ("{minus:money}", "en", "-¥3.50"),
        ("{week:days}", "zh", "7天"),
        ("{week:days}", "en", "7 days"),
        ("{one:days}", "en", "1 day"),
        ("{half:days}", "zh", "12小时"),
        ("{n:days}", "en", "30 days"),
        ("{when:date}", "zh", "2026年11月22日"),
        ("{when:date}", "en", "Nov 22, 2026"),
        ("{iso:date}", "en", "Nov 22, 2026"),
        ("{y:number}", "en", "1,234.5"),
        ("{phone:masked}", "zh", "138****1234"),
        ("{who:masked}", "zh", "王*"),
        ("{who}", "zh-CN", "王芳"),
        ("{{literal}} {week}", "en", "{literal} 7 days"),
    ],
)
def test_a_value_is_written_as_people_of_that_language_write_it(
    template: str, language: str, expected: str
) -> None:
    values: dict[str, object] = {
        "x": Decimal(50),
        "y": 1234.5,
        "minus": -3.5,
        "week": timedelta(days=7),
        "one": timedelta(days=1),
        "half": timedelta(hours=12),
        "n": 30,
        "when": date(2026, 11, 22),
        "iso": "2026-11-22",
        "phone": "13812341234",
        "who": "王芳",
    }
    assert render(template, values, language) == expected


def test_money_follows_the_currency_that_is_given() -> None:
    assert render("{x:money}", {"x": 5, "currency": "USD"}, "en") == "$5"
    assert render("{x:money}", {"x": 5, "currency": "USD"}, "zh") == "5美元"


def test_money_is_said_in_words() -> None:
    assert render("{x:money}", {"x": 5, "currency": "USD"}, "en", spoken=True) == "5 US dollars"
    assert render("{x:money}", {"x": 5}, "zh", spoken=True) == "5元"


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_a_missing_value_refuses_the_text(value: object) -> None:
    with pytest.raises(MissingValue) as caught:
        render("Hi {name}", {"name": value}, "en")
    assert caught.value.name == "name"


@pytest.mark.parametrize(
    ("template", "value"), [("{x:money}", "lots"), ("{x:date}", "soon"), ("{x:days}", True)]
)
def test_a_value_that_does_not_fit_its_format_refuses_the_text(template: str, value: object) -> None:
    with pytest.raises(MissingValue, match="x is no"):
        render(template, {"x": value}, "en")


@pytest.mark.parametrize(
    "template", ["Hi {name", "Hi name}", "{}", "{a.b.c}", "{name!r}", "{0}", "{name.__class__.__mro__}"]
)
def test_a_brace_that_is_no_placeholder_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate):
        render(template, {"name": "x"}, "en")


def test_values_are_never_read_as_templates() -> None:
    assert render("{name}", {"name": "{secret}", "secret": "s"}, "en") == "{secret}"


def test_a_language_falls_back_to_its_base_then_to_english() -> None:
    choices = {"zh": "好", "en": "good"}
    assert [in_language(choices, code) for code in ("zh", "zh-TW", "zh_CN", "en-GB", "fr")] == [
        "好",
        "好",
        "好",
        "good",
        "good",
    ]


def test_an_sms_carries_the_offer_and_the_customers_values() -> None:
    text = sms_text(shipped(), "invite_by_sms", "zh", FACTS)
    assert text.startswith("【长江移动】王芳您好，您的话费余额为8.60元。7天内充值满50元即送10元话费")


def test_a_step_says_which_values_it_needs() -> None:
    assert values_needed(shipped(), "invite_by_sms") == {"brand", "name", "balance"}
    assert values_needed(shipped(), "credit") == frozenset()


def test_a_prompt_after_a_mistake_says_the_mistake_and_the_question() -> None:
    words = spoken(shipped(), Prompt("confirm_by_call", 5, 2, "wrong_key+say", 1), "zh", FACTS)
    assert words.startswith("您的按键有误，请重新选择。您好，这里是长江移动")


def test_a_step_may_put_a_built_in_sentence_into_its_own_words() -> None:
    flow = shipped()
    assert "登记" in texts(flow, "invite_by_call", "accepted", "zh")
    assert texts(flow, "invite_by_call", "goodbye", "zh") == BUILT_IN["goodbye"]["zh"]
    with pytest.raises(KeyError, match="has no text 'poem'"):
        texts(flow, "invite_by_call", "poem", "zh")


def test_voicemail_farewell_and_transfer_have_their_words() -> None:
    flow = shipped()
    assert "10元话费" in spoken(flow, Voicemail("invite_by_call", 3), "zh", FACTS)
    assert spoken(flow, Hangup("invite_by_call", ""), "zh", FACTS) == ""
    assert spoken(flow, Hangup("", "goodbye"), "en", FACTS).endswith("Goodbye.")
    assert "转接" in spoken(flow, Dial("retention", 3, timedelta(seconds=20), "transfer"), "zh", FACTS)


def test_every_built_in_sentence_is_there_in_both_languages() -> None:
    assert {frozenset(choices) for choices in BUILT_IN.values()} == {frozenset({"zh", "en"})}


def test_a_campaigns_offer_is_read_from_json() -> None:
    assert read_offer({"bonus": 12.5, "min_recharge": "30", "within": "3d", "gift": "mug"}) == {
        "bonus": Decimal("12.5"),
        "min_recharge": Decimal(30),
        "within": timedelta(days=3),
        "gift": "mug",
    }
    with pytest.raises(ValueError, match=r"offer\.bonus: None is neither"):
        read_offer({"bonus": None})

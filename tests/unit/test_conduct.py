"""What the rules of a place ask of a campaign's messages, found before anybody gets one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.config import ROOT
from bot.domain.checks import Finding, Point, Verdict
from bot.domain.people import Brand
from bot.domain.profiles import Profiles
from bot.enrolment.conduct import conduct, signed
from bot.flow.load import load_flow
from bot.flow.replies import Meaning, understand
from bot.policies import SHIPPED, load_policy, policy_names
from bot.rulebook import Rulebook, open_rulebook
from bot.store.places import Place

FLOWS = sorted(
    file
    for file in (ROOT / "flows").glob("*.yaml")
    if not file.name.endswith(".test.yaml") and file.stem != "factors"
)
BRAND = Brand("凯灵", "Keepline")
NUMBERS = ("+8613800000001", "+12025550123", "+447911123456", "+4915112345678", "+819012345678")
ASKS = {"sms": {"signature": ["marketing", "service"], "refusal_line": ["marketing"]}}

INVITATION = """
spec: 2
flow: invitation
title: {{en: Invitation, zh: 邀请}}
purpose: {purpose}
expires: 5d
start: invite
steps:
  invite:
    sms:
      zh: "{zh}"
      en: "{en}"
    expires: 6h
    {texts}
    then: {{reply 1: end, after 1d: end}}
"""
ZH, EN = "【{brand}】充值有礼，回1参加，拒收请回T", "{brand}: Top up. Reply 1 to join, STOP to opt out"


def rules(asked: Mapping[str, Any]) -> Rulebook:
    return Rulebook(Profiles("here", {}, {}, {}), {"here": asked})


def found(
    zh: str = ZH,
    en: str = EN,
    *,
    purpose: str = "marketing",
    texts: str = "",
    asked: Mapping[str, Any] = ASKS,
    policy: Mapping[str, Any] | None = None,
    languages: tuple[str, ...] = ("zh", "en"),
) -> list[Finding]:
    flow = load_flow(INVITATION.format(zh=zh, en=en, purpose=purpose, texts=texts), name="invitation")
    where = [Place(NUMBERS[0], None, language, 7) for language in languages]
    return list(conduct(policy or {}, flow, where, rules(asked), BRAND))


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_every_flow_of_the_shelf_says_what_every_shipped_profile_asks(file: Path) -> None:
    where = [Place(number, None, language, 1) for number in NUMBERS for language in ("zh", "en")]
    (finding,) = conduct({}, load_flow(file), where, open_rulebook(), BRAND)
    assert (finding.point, finding.verdict) == (Point.CONDUCT, Verdict.OK)
    assert finding.details["places"] == "cn, eu, strict, uk, us_tight"


@pytest.mark.parametrize(
    ("over", "point", "language"),
    [
        ({"zh": "充值有礼，回1参加，拒收请回T"}, Point.UNSIGNED, "zh"),
        ({"zh": "充值有礼【{brand}】，回1参加，拒收请回T"}, Point.UNSIGNED, "zh"),
        ({"zh": "{brand}：充值有礼，回1参加，拒收请回T"}, Point.UNSIGNED, "zh"),
        ({"en": "Top up. Reply 1 to join, STOP to opt out"}, Point.UNSIGNED, "en"),
        ({"zh": "【{brand}】充值有礼，回1参加"}, Point.REFUSAL_LINE_MISSING, "zh"),
        ({"en": "{brand}: Top up. Reply 1 to join"}, Point.REFUSAL_LINE_MISSING, "en"),
    ],
)
def test_a_message_without_what_the_place_asks_is_an_error_that_names_it(
    over: dict[str, str], point: Point, language: str
) -> None:
    (finding,) = found(**over)  # type: ignore[arg-type]
    assert (finding.point, finding.verdict) == (point, Verdict.ERROR)
    assert finding.details == {"step": "invite", "language": language, "place": "here", "count": 7}
    assert "invite" in finding.words("en")
    assert "here" in finding.words("zh")


def test_only_what_the_place_asks_is_asked() -> None:
    assert [one.point for one in found("充值", "Top up", asked={})] == [Point.CONDUCT]
    unsigned = found("充值，回1参加", "Top up, reply 1", purpose="service")
    assert {one.point for one in unsigned} == {Point.UNSIGNED}


def test_the_campaigns_own_policy_may_ask_for_more() -> None:
    assert {one.point for one in found("充值", "Top up", asked={}, policy=ASKS)} == {
        Point.UNSIGNED,
        Point.REFUSAL_LINE_MISSING,
    }


def test_only_languages_that_somebody_reads_are_looked_at() -> None:
    (finding,) = found(en="Top up", languages=("zh",))
    assert finding.point is Point.CONDUCT
    assert found(en="Top up", languages=()) == []


def test_the_question_that_is_put_again_is_a_message_as_well() -> None:
    again = 'texts: {ask_again: {zh: "请回复{keys}", en: "Reply {keys}"}}'
    assert {(one.point, one.details["language"]) for one in found(texts=again)} == {
        (point, language)
        for point in (Point.UNSIGNED, Point.REFUSAL_LINE_MISSING)
        for language in ("zh", "en")
    }


def test_a_brand_may_be_written_out() -> None:
    assert signed("【凯灵】充值有礼", BRAND)
    assert signed("Hello from Keepline! Top up", BRAND)
    assert not signed("【别人】充值有礼", BRAND)


@pytest.mark.parametrize("name", [name for name in policy_names() if name != "profiles"])
def test_every_word_that_a_shipped_profile_calls_a_refusal_is_understood_so(name: str) -> None:
    for word in load_policy(SHIPPED / f"{name}.yaml").conduct.opt_out_words:
        for spelt in (word, word.upper(), f" {word} "):
            assert understand(spelt).meaning is Meaning.OPT_OUT, spelt


def test_a_word_that_nobody_would_understand_is_an_error() -> None:
    (finding,) = found(asked=ASKS | {"opt_out": {"words": ["stop", "farewell"]}})
    assert (finding.point, finding.verdict) == (Point.OPT_OUT_WORD_UNHEARD, Verdict.ERROR)
    assert finding.details == {"word": "farewell", "place": "here"}

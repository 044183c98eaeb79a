"""The one short answer to a refusal, a return or a call for help: its words, and when it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.domain.courtesies import (
    CARRIERS_WORDS,
    MOST,
    WITHIN,
    Answered,
    Courtesy,
    carrier_answers,
    due,
    language_of,
    may_be_answered,
    wording,
)
from bot.domain.people import Brand
from bot.domain.segments import Alphabet, count_segments
from bot.flow.replies import Meaning, understand
from rehearsal import inbound

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BRAND = Brand("凯灵通信", "Keepline Telecom")
LINE = "+861095000"
OUT, IN, HELP = Courtesy.OPT_OUT, Courtesy.OPT_IN, Courtesy.HELP


@pytest.mark.parametrize(("kind", "language", "line"), list(product(Courtesy, ("zh", "en"), (LINE, None))))
def test_every_courtesy_is_one_segment_that_begins_with_the_brand(
    kind: Courtesy, language: str, line: str | None
) -> None:
    said = wording(kind, language, BRAND, line)
    counted = count_segments(said)
    assert counted.segments == 1
    assert counted.alphabet is (Alphabet.UCS2 if language == "zh" else Alphabet.GSM7)
    assert said.startswith("【凯灵通信】" if language == "zh" else "Keepline Telecom: ")
    assert "{" not in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_confirmation_ends_with_how_to_come_back_or_how_to_refuse_again(language: str) -> None:
    """Each by a word that is really understood so."""
    for kind, meaning in ((OUT, Meaning.OPT_IN), (IN, Meaning.OPT_OUT), (HELP, Meaning.OPT_OUT)):
        last = (
            wording(kind, language, BRAND, LINE)
            .replace("退订", "")
            .split("回复" if language == "zh" else " ")[-1]
        )
        assert understand(last).meaning is meaning


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_names_whom_to_call_where_there_is_somebody(language: str) -> None:
    assert LINE in wording(HELP, language, BRAND, LINE)
    assert "+" not in wording(HELP, language, BRAND, None)


@pytest.mark.parametrize(
    ("words", "language", "msisdn", "expected"),
    [
        ("STOP", "zh", "+8613800000001", "zh"),
        ("STOP", "zh-CN", "+12025550123", "zh"),
        ("STOP", "en", "+8613800000001", "en"),
        ("别再发了", "en", "+12025550123", "zh"),
        ("STOP", None, "+8613800000001", "zh"),
        ("STOP", None, "+12025550123", "en"),
        ("STOP", "ja", "+819012345678", "en"),
    ],
)
def test_it_is_in_the_language_of_the_words_or_of_the_customer(
    words: str, language: str | None, msisdn: str, expected: str
) -> None:
    assert language_of(words, language, msisdn) == expected


def earlier(*kinds: Courtesy, ago: timedelta = timedelta(hours=1)) -> list[Answered]:
    return [Answered(kind, NOW - ago) for kind in kinds]


@pytest.mark.parametrize(
    ("kind", "before", "expected"),
    [
        (OUT, [], True),
        (OUT, [OUT], False),
        (OUT, [OUT, HELP], False),
        (OUT, [OUT, IN], True),
        (IN, [OUT], True),
        (IN, [OUT, IN], False),
        (HELP, [OUT], True),
        (HELP, [HELP], False),
        (HELP, [HELP, OUT], False),
        (OUT, [OUT, IN, OUT, IN], False),
    ],
)
def test_who_says_the_same_again_within_a_day_is_not_answered_again(
    kind: Courtesy, before: list[Courtesy], expected: bool
) -> None:
    assert due(kind, earlier(*before), NOW) is expected
    assert due(kind, earlier(*before, ago=WITHIN), NOW) is True


def test_two_machines_that_answer_each_other_stop_soon() -> None:
    said: list[Answered] = []
    for turn in range(50):
        now = NOW + timedelta(seconds=turn)
        if due(OUT if turn % 2 else IN, said, now):
            said.append(Answered(OUT if turn % 2 else IN, now))
    assert len(said) == MOST


@pytest.mark.parametrize("sender", ["", "10690000", "Keepline", "+86", "+0138000", "anonymous"])
def test_no_machine_is_thanked_for_its_message(sender: str) -> None:
    assert not may_be_answered(sender)
    assert may_be_answered("+8613800000001")


def test_the_carrier_answers_its_own_words_only_where_they_are_the_whole_message() -> None:
    assert all(
        carrier_answers(kind, f" {word.upper()}\n") for kind in Courtesy for word in CARRIERS_WORDS[kind]
    )
    for words in ("STOP PLEASE", "stop!", "退订", "T", "please stop texting me"):
        assert not carrier_answers(OUT, words)


def test_the_rehearsed_carrier_answers_the_same_words() -> None:
    """They meet over HTTP alone; this list is the one thing that both must know."""
    played = {OUT: inbound.STOP_KEYWORDS, IN: inbound.START_KEYWORDS, HELP: inbound.HELP_KEYWORDS}
    assert {kind: {word.lower() for word in words} for kind, words in played.items()} == CARRIERS_WORDS

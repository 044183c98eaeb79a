"""What is wrong with a policy, a condition or a YAML file is told in both languages, with the same figures."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot.domain.policy.comparison_wording import Heading, Rule, Word
from bot.domain.policy.wording import Wrong
from bot.domain.sentences import Sentence, in_words, say
from bot.enrolment.audience import AudienceWrong
from bot.rules.hints import Hint
from bot.rules.tree import Kind
from bot.rules.wording import ConditionWrong, KindName, name_of
from bot.rules.yaml_wording import PolicyFileWrong, YamlWrong

PROBLEMS: tuple[type[Sentence], ...] = (Wrong, ConditionWrong, KindName, Hint, YamlWrong, PolicyFileWrong)
TABLES = (*PROBLEMS, Rule, Word, Heading, AudienceWrong)
SENTENCES = [sentence for table in TABLES for sentence in table]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NO_WORDS_OF_ITS_OWN = {Wrong.AT, Word.LIST}  # only what goes into them


def names_in(template: str) -> list[str]:
    return sorted({name for _text, name, _spec, _conversion in Formatter().parse(template) if name})


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_every_sentence_has_both_languages_with_the_same_names(sentence: Sentence) -> None:
    assert names_in(sentence.english) == names_in(sentence.chinese)
    assert not CHINESE.search(sentence.english)
    assert CHINESE.search(sentence.chinese) or sentence in NO_WORDS_OF_ITS_OWN


@pytest.mark.parametrize("table", TABLES)
def test_no_sentence_stands_twice_in_its_table(table: type[Sentence]) -> None:
    """An Enum would make the second a mere other name of the first."""
    assert [*table.__members__] == [one.name for one in table]


def test_no_table_is_left_out() -> None:
    assert set(Sentence.__subclasses__()) == set(TABLES)


def test_what_goes_into_a_sentence_is_told_in_its_language() -> None:
    said = say(
        ConditionWrong.WRONG_KIND, shown="balance", kind=say(KindName.NUMBER), wanted=say(KindName.FLAG)
    )
    assert str(said) == "'balance' is a number, where yes or no is needed"
    assert said.words("zh") == "'balance' 是数值，此处需要是非值"
    listed = say(Wrong.NO_SUCH_FIELD, known=("sms", "call"))
    assert listed.words() == "no such field; known are sms, call"
    assert listed.words("zh") == "没有这个字段，可用的有：sms、call"


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    assert in_words("there is no step 'ask'", "zh") == "there is no step 'ask'"


def test_every_kind_of_value_has_its_name() -> None:
    assert [name_of(kind).english for kind in Kind] == [kind.value for kind in Kind]

"""The labelled replies: what a file must be like, how replies are counted, and that customers are understood."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.flow import replies as command
from bot.flow.labelled_replies import HELD_OUT, TUNING, BadLabels, Labelled, folded, half_of, load_labelled
from bot.flow.replies import Meaning, Understood
from bot.flow.reply_scores import MeaningScore, Scores, score
from tests.unit.flow.flows import FLOWS

HEADER = "text,language,meaning,key,note\n"
HALVES = {name: load_labelled(FLOWS / "replies" / name) for name in (TUNING, HELD_OUT)}
BOTH = [reply for half in HALVES.values() for reply in half]
NEAR_MISS = "not an opt-out:"  # how the note of a hard negative begins


def labels(tmp_path: Path, text: str, name: str = "some.csv") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


# the file


def test_a_good_file_is_taken_as_it_is_written(tmp_path: Path) -> None:
    file = labels(tmp_path, HEADER + '"1, 谢谢",zh,key,1,polite\n  ,en,unclear,,\n')
    assert load_labelled(file) == [
        Labelled("1, 谢谢", "zh", Meaning.KEY, "1", "polite", 2),
        Labelled("  ", "en", Meaning.UNCLEAR, None, "", 3),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,en,optout,,", "meaning 'optout' is unknown (did you mean opt_out?)"),
        ("x,fr,help,,", "language 'fr' is unknown (known are zh, zh-Hant, en, mixed)"),
        ("x,en,key,7,", "key '7' is unknown (known are 1, 2)"),
        ("x,en,key,,", "key '' is unknown (known are 1, 2)"),
        ("x,en,help,1,", "the meaning help has no key, but '1' is given"),
        ("x,en,help", "has 3 cells, not 5"),
        ("1, please,en,key,1,", "has 6 cells, not 5"),
        ('"x,en,help,,', "unexpected end of data"),
        ("", "has 0 cells, not 5"),
        ("stop,en,help,,", "the text 'stop' is in line 2 already"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    file = labels(tmp_path, f"{HEADER}stop,en,opt_out,,\n{row}\nhelp,en,help,,\n")
    with pytest.raises(BadLabels) as caught:
        load_labelled(file)
    assert str(caught.value) == f"{file}:3: {message}"


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    file = labels(tmp_path, HEADER + "a,en,yes,,\nb,en,help,,\nc,de,help,,\n")
    with pytest.raises(BadLabels) as caught:
        load_labelled(file)
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["2", "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: column 'text' is missing"),
        ("text,language,meaning,note\nx,en,help,\n", ":1: column 'key' is missing"),
        (
            "text,language,meaning,key,note,who\n",
            ":1: the columns are text,language,meaning,key,note, in this order and no others",
        ),
        (HEADER, ": holds no reply"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = labels(tmp_path, text)
    with pytest.raises(BadLabels) as caught:
        load_labelled(file)
    assert str(caught.value) == f"{file}{message}"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadLabels, match=r"nowhere\.csv: cannot be read: No such file"):
        load_labelled(tmp_path / "nowhere.csv")
    (tmp_path / "gbk.csv").write_bytes((HEADER + "退订,zh,opt_out,,\n").encode("gbk"))
    with pytest.raises(BadLabels, match=r"gbk\.csv: is not UTF-8"):
        load_labelled(tmp_path / "gbk.csv")


# the arithmetic

STOP, YES, TWO, UNCLEAR = (
    Understood(Meaning.OPT_OUT),
    Understood(Meaning.KEY, "1"),
    Understood(Meaning.KEY, "2"),
    Understood(Meaning.UNCLEAR),
)


def scored(*pairs: tuple[Understood, Understood]) -> Scores:
    """From pairs of what a reply is and what it is taken for."""
    replies = [
        Labelled(str(number), "en", right.meaning, right.key, "", number)
        for number, (right, _) in enumerate(pairs)
    ]

    def reader(text: str, keys: Collection[str] | None) -> Understood:
        assert keys == ("1", "2")
        return pairs[int(text)][1]

    return score(replies, reader)


def test_each_meaning_has_its_precision_and_recall() -> None:
    found = scored((STOP, STOP), (STOP, STOP), (STOP, UNCLEAR), (UNCLEAR, STOP), (YES, YES))
    assert found.replies == 5
    assert found.meanings[Meaning.OPT_OUT] == MeaningScore(labelled=3, taken=3, right=2)
    assert found.meanings[Meaning.OPT_OUT].precision == found.opt_out_recall == pytest.approx(2 / 3)
    assert found.meanings[Meaning.UNCLEAR].recall == 0
    assert found.meanings[Meaning.KEY].precision == 1
    assert found.meanings[Meaning.HELP].precision is None
    assert found.meanings[Meaning.HELP].recall is None


def test_false_opt_outs_are_counted_among_the_replies_that_are_none() -> None:
    assert (
        scored((STOP, STOP), (UNCLEAR, STOP), (YES, YES), (YES, UNCLEAR), (TWO, TWO)).false_opt_outs == 1 / 4
    )
    assert scored((STOP, UNCLEAR)).false_opt_outs is None


def test_a_wrong_key_is_a_misreading_though_the_meaning_is_right() -> None:
    found = scored((YES, TWO), (YES, YES), (TWO, TWO), (TWO, UNCLEAR))
    assert found.meanings[Meaning.KEY].recall == 3 / 4
    assert found.key_accuracy == 2 / 4
    assert [(missed.reply.text, missed.meaning, missed.key) for missed in found.misread] == [
        ("0", Meaning.KEY, "2"),
        ("3", Meaning.UNCLEAR, None),
    ]


def test_words_and_keys_beside_a_refusal_do_not_matter() -> None:
    assert scored((STOP, Understood(Meaning.OPT_OUT, None, "td"))).misread == ()


def test_one_miss_in_a_hundred_passes_and_two_do_not() -> None:
    good = [(STOP, STOP)] * 99 + [(UNCLEAR, UNCLEAR)] * 99
    assert scored(*good, (STOP, UNCLEAR), (UNCLEAR, STOP)).shortfalls() == []
    assert scored(*good, *[(STOP, UNCLEAR)] * 2, *[(UNCLEAR, STOP)] * 2).shortfalls() == [
        "opt-out recall is 98.02%, must be at least 99.00%",
        "false opt-outs are 1.98%, must be at most 1.00%",
    ]


def test_what_was_not_measured_does_not_pass() -> None:
    assert scored((YES, YES)).shortfalls() == ["opt-out recall is unknown, must be at least 99.00%"]


# the shipped replies


def test_there_are_enough_replies_of_each_sort() -> None:
    meanings = Counter(reply.meaning for reply in BOTH)
    assert len(BOTH) >= 900
    assert meanings[Meaning.OPT_OUT] >= 280
    assert sum(reply.note.startswith(NEAR_MISS) for reply in BOTH) >= 200
    assert set(meanings) == set(Meaning)


def test_more_than_half_are_chinese_and_the_rest_english_or_both() -> None:
    languages = Counter(reply.language for reply in BOTH)
    assert 0.5 < (languages["zh"] + languages["zh-Hant"]) / len(BOTH) < 0.6
    assert min(languages[name] for name in ("zh", "zh-Hant", "en", "mixed")) >= 40


def test_a_near_miss_is_never_labelled_an_opt_out() -> None:
    assert not [
        reply for reply in BOTH if reply.meaning is Meaning.OPT_OUT and reply.note.startswith(NEAR_MISS)
    ]


def test_a_hash_and_nobody_else_says_which_half_a_reply_is_in() -> None:
    for name, replies in HALVES.items():
        assert [reply.text for reply in replies if half_of(reply.text) != name] == []


def test_the_halves_share_no_reply_even_up_to_case_width_and_punctuation() -> None:
    tuning, held_out = ({folded(reply.text) for reply in half} for half in HALVES.values())
    assert tuning.isdisjoint(held_out)
    assert half_of("STOP!") == half_of("ｓｔｏｐ") == half_of(" stop ")
    assert folded("1️⃣") == folded("１。") == "1"


def test_the_halves_are_alike_in_meanings_languages_and_near_misses() -> None:
    tuning, held_out = (
        Counter((reply.meaning, reply.language, reply.note.startswith(NEAR_MISS)) for reply in half)
        for half in HALVES.values()
    )
    for sort in tuning | held_out:
        both = tuning[sort] + held_out[sort]
        assert abs(tuning[sort] - held_out[sort]) <= max(3, both / 8), sort


@pytest.mark.xfail(
    strict=True,
    reason="the bars are 0.99 and 0.01; held out it is 0.972 and 0.022 (2026-11-22), see docs/flows/replies.md",
)
def test_customers_are_understood_on_the_half_that_nobody_tuned_on() -> None:
    assert score(HALVES[HELD_OUT]).shortfalls() == []


def test_what_has_been_reached_on_that_half_is_kept() -> None:
    reached = score(HALVES[HELD_OUT])
    assert reached.opt_out_recall >= 0.97
    assert reached.false_opt_outs <= 0.022
    assert reached.key_accuracy >= 0.99


# the command


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command.replies, list(arguments))
    return result.exit_code, result.output


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose every label is wrong on purpose, but for a few."""
    wrong = "STOP,en,unclear,,mislabelled\n"
    labels(tmp_path, f"{HEADER}{wrong}退订,zh,opt_out,,\n", TUNING)
    labels(tmp_path, f"{HEADER}Stop.,en,unclear,,secret\nT,zh,opt_out,,\n", HELD_OUT)
    monkeypatch.setattr(command, "LABELLED", tmp_path)
    return tmp_path


def test_the_command_shows_both_halves_and_fails_when_the_held_out_half_falls_short(made_up: Path) -> None:
    code, said = run()
    assert code == 1
    assert f"{made_up / TUNING}: 2 replies, 1 misread" in said
    assert f"{made_up / HELD_OUT}: 2 replies, 1 misread" in said
    assert "opt-out recall 100.00%, false opt-outs 100.00%, keys right unknown" in said
    assert "Error: on the held-out half false opt-outs are 100.00%, must be at most 1.00%" in said


def test_misread_lists_the_tuning_half_and_the_held_out_half_only_by_name(made_up: Path) -> None:
    _, said = run("--misread")
    assert f"{made_up / TUNING}:2: 'STOP' is unclear, taken for opt_out (mislabelled)" in said
    assert "secret" not in said
    _, said = run("--misread", str(made_up / HELD_OUT))
    assert f"{made_up / HELD_OUT}:2: 'Stop.' is unclear, taken for opt_out (secret)" in said


def test_another_file_is_shown_and_judged_by_nobody(made_up: Path) -> None:
    assert run(str(made_up / TUNING))[0] == 0


def test_json_holds_the_figures_and_the_misread_replies_only_when_asked(made_up: Path) -> None:
    code, said = run("--json", str(made_up / TUNING))
    (half,) = json.loads(said)
    assert (code, half["replies"], half["opt_out_recall"], half["misread_count"]) == (0, 2, 1.0, 1)
    assert half["meanings"]["opt_out"] == {
        "labelled": 1,
        "taken": 2,
        "right": 1,
        "precision": 0.5,
        "recall": 1.0,
    }
    assert "misread" not in half
    (half,) = json.loads(run("--json", "--misread", str(made_up / TUNING))[1])
    assert [(row["line"], row["meaning"], row["taken_for"]) for row in half["misread"]] == [
        (2, "unclear", "opt_out")
    ]


def test_a_bad_file_is_said_in_one_line(tmp_path: Path) -> None:
    file = labels(tmp_path, HEADER + "x,en,nonsense,,\n")
    code, said = run(str(file))
    assert code == 1
    assert said.startswith(f"Error: {file}:2: meaning 'nonsense' is unknown")

"""The command line as people meet it: its own name, a help that says something, unknown names, amounts of money."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal

import click
import pytest

from bot.__main__ import keepline, main
from bot.cli.money import money
from bot.domain.unknown_names import there_is_no, there_is_no_number


def commands(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}".strip())


COMMANDS = dict(commands(keepline))


@pytest.mark.parametrize(
    "arguments", ["--help", "campaign --help", "campaign", "campaign pause", "campagn", "--x"]
)
def test_the_program_is_called_as_people_type_it(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/bot/__main__.py", *arguments.split()])
    with pytest.raises(SystemExit):
        main()
    said = "".join(capsys.readouterr())
    assert "Usage: scripts/keepline" in said
    assert "python" not in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_says_what_it_is_for(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    first = command.help.split("\n\n")[0]
    assert len(first) <= 110, first  # a listing cuts what is longer
    mute = [one.name for one in command.params if isinstance(one, click.Option) and not one.help]
    assert not mute


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("sprng", ["spring"], "there is no list 'sprng'; did you mean spring?"),
        (
            "SPRING",
            ["spring", "autumn"],
            "there is no list 'SPRING'; did you mean spring? Known are autumn, spring",
        ),
        ("夏季活动", ["春季活动"], "there is no list '夏季活动'; did you mean 春季活动?"),
        ("x", ["spring", "autumn"], "there is no list 'x'; known are autumn, spring"),
        ("winter", [f"a{n}" for n in range(9)], "there is no list 'winter'"),
        (
            "Novem",
            [f"november, part {n}" for n in range(9)],
            "there is no list 'Novem'; did you mean november, part 0?",
        ),
        ("x", [], "there is no list 'x'; there is none yet"),
        ("x", None, "there is no list 'x'"),
    ],
)
def test_an_unknown_name_is_answered_with_what_there_is(
    name: str, known: list[str] | None, sentence: str
) -> None:
    assert there_is_no("list", name, known) == sentence


def test_an_unknown_number_is_answered_with_how_far_they_go() -> None:
    assert there_is_no_number("work order", 99, 42) == "there is no work order 99; the newest is 42"
    assert there_is_no_number("work order", 99, None) == "there is no work order 99; there is none yet"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234.5", "CNY", "en", "¥1,234.50"),
        ("1234.5", "CNY", "zh", "1,234.50元"),
        ("1000.00", "CNY", "en", "¥1,000"),
        ("0.6", "USD", "en", "$0.60"),
        ("-3", "EUR", "en", "-€3"),
    ],
)
def test_money_has_its_currency(amount: str, currency: str, language: str, shown: str) -> None:
    assert money(Decimal(amount), currency, language) == shown

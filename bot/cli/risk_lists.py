"""`keepline audience lists`: which risk lists there are, where each is from, and who is on it for which causes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.table import Table

from bot.cli.options import as_json, language_option
from bot.cli.terminal import screen
from bot.store import risk_lists
from bot.store.risk_lists import Summary

_WORDS = {
    "list": ("risk list\nmade by", "名单\n来源"),
    "filled": ("last filled\nfrom", "最近写入\n文件"),
    "customers": ("customers", "客户数"),
    "score": ("score", "评分"),
    "causes": ("causes", "原因"),
    "import": ("a file", "文件导入"),
    "rules": ("the rules", "规则"),
    "model": ("the model", "模型"),
    "synth": ("made up", "模拟生成"),
    "more": ("{n} more", "另有{n}种"),
    "none": (
        "There are no risk lists yet; scripts/keepline audience import --risk-list NAME makes one.",
        "还没有风险名单；可用 scripts/keepline audience import --risk-list NAME 建立。",
    ),
}


@click.command("lists")
@as_json
@language_option
def lists(as_json: bool, language: str) -> None:
    """List the risk lists: source, last filled when, customers, causes and scores.

    A list's figures are those of when it was last filled; it does not change in between.
    """
    from bot.bootstrap import wired

    with wired().transaction() as tx:
        found = risk_lists.summaries(tx)
    if as_json:
        click.echo(json.dumps([to_json(one) for one in found], ensure_ascii=False, indent=2))
    elif found:
        screen().print(table(found, language))
    else:
        click.echo(_word("none", language))


def table(found: Sequence[Summary], language: str) -> Table:
    """As `campaign list` is: narrow enough for 80 columns, and no name is cut."""
    shown = Table(box=None, padding=(0, 1, 1, 0))
    for name in ("list", "filled"):
        shown.add_column(_word(name, language), overflow="fold")
    shown.add_column(_word("customers", language), justify="right", no_wrap=True)
    shown.add_column(_word("score", language), no_wrap=True)
    shown.add_column(_word("causes", language), overflow="fold")
    for one in found:
        shown.add_row(
            f"{one.name}\n{_word(one.source, language)}",
            f"{one.filled_at or one.created_at:%Y-%m-%d %H:%M}Z\n{one.filled_from or ''}",
            f"{one.customers:,}",
            _score(one),
            _causes(one, language),
        )
    return shown


def to_json(one: Summary) -> dict[str, object]:
    return {
        **asdict(one),
        "created_at": one.created_at.isoformat(),
        "filled_at": one.filled_at and one.filled_at.isoformat(),
        "causes": {cause.name: cause.customers for cause in one.causes},
    }


def _score(one: Summary) -> str:
    if one.lowest_score is None or one.highest_score is None:
        return ""
    return f"{one.lowest_score:.2f} – {one.highest_score:.2f}"


def _causes(one: Summary, language: str) -> str:
    named = [f"{cause.name} {cause.customers:,}" for cause in one.causes]
    if one.different_causes > len(named):
        named.append(_word("more", language).format(n=f"{one.different_causes - len(named):,}"))
    return "\n".join(named)


def _word(name: str, language: str) -> str:
    english, chinese = _WORDS[name]
    return chinese if language == "zh" else english

"""The command `flow publish` as an operator uses it: what it says, and its exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.flow.load import load_flow
from bot.store.flow_revisions import text_of
from bot.store.models import CampaignRow
from tests.db.commands import Keepline
from tests.db.parts import Parts
from tests.db.small_offer import (
    BEFORE,
    LONGER,
    Campaign,
)


@pytest.fixture
def campaign(parts: Parts) -> Campaign:
    return Campaign(parts)


Run = Callable[..., Result]


@pytest.fixture
def publish(keepline: Keepline, parts: Parts, tmp_path: Path) -> Run:
    def run(source: str, *arguments: str) -> Result:
        path = tmp_path / "small_offer.yaml"
        path.write_text(source, encoding="utf-8")
        return keepline("flow", arguments[0], str(path), *arguments[1:])

    return run


def test_the_command_shows_whom_it_concerns_and_wants_to_be_told(campaign: Campaign, publish: Run) -> None:
    campaign.pausing()
    campaign.waiting()
    before = campaign.revision
    result = publish(LONGER, "publish", "--campaign", str(campaign.id))
    assert result.exit_code == 1
    assert "changed, to be entered anew" in result.output
    assert "(not started)" in result.output
    assert "say what becomes of those under way with --existing (pin: they finish" in result.output
    result = publish(LONGER, "publish", "--campaign", str(campaign.id), "--existing", "pin")
    assert "add --yes to publish without being asked" in result.output
    assert campaign.revision == before


def test_the_command_publishes_and_says_what_came_of_it(campaign: Campaign, publish: Run) -> None:
    campaign.pausing()
    campaign.waiting()
    arguments = ("--campaign", str(campaign.id), "--existing", "migrate", "--yes")
    result = publish(LONGER, "publish", *arguments)
    assert result.exit_code == 0, result.output
    revision = load_flow(LONGER).revision
    assert f"published revision {revision}" in result.output
    assert "1 had not started, and will start on it" in result.output
    assert "1 moved to it, and enter their step anew" in result.output
    assert campaign.revision == revision


def test_a_flow_with_errors_is_not_published(campaign: Campaign, publish: Run) -> None:
    before = campaign.revision
    broken = LONGER.replace("then: remind", "then: remindd")
    result = publish(broken, "publish", "--campaign", str(campaign.id), "--existing", "pin", "--yes")
    assert result.exit_code == 1
    assert "there is no step 'remindd' (did you mean remind?)" in result.output
    assert campaign.revision == before


PART = """\
spec: 2
flow: thanks
title: {en: Thanks, zh: 感谢}
purpose: service
part: true
start: thank
steps:
  thank:
    sms: {zh: "【{brand}】谢谢您。", en: "{brand}: thank you."}
    expires: 6h
    then: end
"""


def test_the_flows_inside_a_flow_are_published_with_it(
    campaign: Campaign, publish: Run, tmp_path: Path
) -> None:
    (tmp_path / "thanks.yaml").write_text(PART, encoding="utf-8")
    start = BEFORE.index("  remind:")
    with_part = (
        BEFORE[:start]
        + "  remind: {flow: thanks, then: {done: end}}\n\n"
        + BEFORE[BEFORE.index("  manager:") :]
    )
    result = publish(with_part, "publish", "--campaign", str(campaign.id), "--existing", "pin", "--yes")
    assert result.exit_code == 0, result.output
    (tmp_path / "thanks.yaml").unlink()
    with campaign.parts.transaction() as tx:
        flow = campaign.parts.flows.get(tx, campaign.revision)
        assert text_of(tx, campaign.revision).parts == {"thanks": PART}
    assert "remind.thank" in flow.steps
    assert flow.revision == campaign.revision


def test_a_file_is_compared_with_what_a_campaign_runs(campaign: Campaign, publish: Run) -> None:
    with campaign.parts.transaction() as tx:
        name = tx.get_one(CampaignRow, campaign.id).name
    assert "timing    wait  5d → 3d" in publish(LONGER, "diff", name).output
    assert "timing    wait  5d → 3d" in publish(LONGER, "diff", campaign.revision).output
    assert publish(LONGER, "diff", "nothing").output == (
        f"Error: there is no file, campaign or revision 'nothing'; known are {name}\n"
    )

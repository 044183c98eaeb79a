"""Every flow on the shelf, lived through by a thousand invented customers: no promise of the simulator is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.flow import group
from bot.flow.load import load_flow

FLOWS = Path(__file__).resolve().parents[3] / "flows"
SHELF = sorted(
    path
    for path in FLOWS.glob("*.yaml")
    if ".test." not in path.name and path.stem not in ("factors", "satisfaction")
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.stem)
def test_a_thousand_customers_live_through_it_and_every_invariant_holds(path: Path) -> None:
    result = CliRunner().invoke(group, ["simulate", str(path), "--customers", "1000", "--seed", "11"])
    assert result.exit_code == 0, result.output
    assert "every invariant holds" in result.output


def test_the_shelf_serves_what_the_first_ten_were_asked_for() -> None:
    served = {line for path in SHELF for line in load_flow(path).about.serves}
    assert {"B08", "B25", "D06", "H02", "I01", "D22", "J01", "D25", "G01", "G17", "N06"} <= served


def test_every_flow_of_the_shelf_says_when_for_whom_and_in_two_languages() -> None:
    for path in SHELF:
        flow = load_flow(path)
        assert flow.about.audience is not None, path
        assert {"zh", "en"} <= flow.title.keys() & flow.about.trigger.keys(), path
        assert all(
            {"zh", "en"} <= texts.keys() for step in flow.steps.values() for texts in step.texts().values()
        )

"""The one table of what a role may do."""

from __future__ import annotations

import pytest

from bot.domain.campaigns import MOVES, CampaignMove
from bot.domain.roles import RIGHTS, Right, Role, having, may


def test_every_role_stands_in_the_table_and_every_right_is_somebodys() -> None:
    assert set(RIGHTS) == set(Role)
    assert all(having(right) for right in Right)


def test_an_administrator_may_everything_and_a_manager_nothing_of_the_table() -> None:
    assert RIGHTS[Role.ADMIN] == set(Right)
    assert not RIGHTS[Role.MANAGER]


def test_a_supervisor_approves_and_settles_but_runs_nothing() -> None:
    assert {right for right in Right if may("supervisor", right)} == {
        Right.WATCH,
        Right.APPROVE,
        Right.SETTLE,
    }


@pytest.mark.parametrize("move", [one for one in CampaignMove if MOVES[one].roles])
def test_the_moves_of_campaigns_ask_the_same_table(move: CampaignMove) -> None:
    right = {CampaignMove.CHECK: Right.PREPARE, CampaignMove.APPROVE: Right.APPROVE}.get(move, Right.RUN)
    assert MOVES[move].roles == having(right)


def test_a_role_that_nobody_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="'chief'"):
        may("chief", Right.WATCH)

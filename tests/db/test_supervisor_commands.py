"""A supervisor on the command line: added like anybody else, and held by the same table of rights."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import users
from bot.store.transaction import Transaction
from tests.console_app import make_person, make_readable_campaign
from tests.db.commands import Keepline


def test_a_supervisor_is_added_and_listed_without_tiers(keepline: Keepline, transaction: Transaction) -> None:
    added = keepline(
        "user", "add", "sue", "--role", "supervisor", "--password-stdin", stdin="a long password\n"
    )
    assert (added.exit_code, added.output) == (0, "user sue added as supervisor\n")
    with transaction() as tx:
        found = users.by_login(tx, "sue")
    assert found is not None
    assert (found.role, found.tiers) == ("supervisor", ())
    assert "supervisor" in keepline("user", "list").output


def test_a_supervisor_approves_what_another_wrote_and_starts_nothing(
    keepline: Keepline, transaction: Transaction
) -> None:
    with transaction() as tx:
        make_person(tx, login="sue", role="supervisor")
        author = make_person(tx, login="otto", role="operator")
        campaign = make_readable_campaign(
            tx,
            name="December",
            status="checked",
            author_id=author,
            policy={"approval": {"needed": True}},
            started_at=None,
        )
        tx.execute(text("UPDATE campaigns SET checked_revision = flow_revision, checked_at = created_at"))
    refused = keepline("campaign", "start", "December", "--as", "sue")
    assert refused.exit_code == 1
    approved = keepline("campaign", "approve", "December", "--as", "sue")
    assert (approved.exit_code, approved.output) == (0, "campaign December: approved\n")
    started = keepline("campaign", "start", str(campaign), "--as", "sue")
    assert (started.exit_code, started.output.strip()) == (1, "Error: supervisors may not start a campaign")


def test_a_role_that_the_table_does_not_know_is_refused(keepline: Keepline, transaction: Transaction) -> None:
    assert "is not one of" in keepline("user", "add", "x", "--role", "chief").output
    with pytest.raises(IntegrityError, match="ck_users_role"), transaction() as tx:
        make_person(tx, login="x", role="chief")

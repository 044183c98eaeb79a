"""For database tests: the stages of the path on an empty database."""

from __future__ import annotations

import pytest

from bot.store.transaction import Transaction
from tests.db.parts import Parts


@pytest.fixture
def parts(transaction: Transaction) -> Parts:
    return Parts(transaction)

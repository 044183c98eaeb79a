"""People log in with their password, and nobody gets far by guessing it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from bot.accounts import (
    GUESSES,
    LOCKED_FOR,
    Locked,
    LoggedIn,
    WeakPassword,
    WrongLogin,
    generated_password,
    hash_password,
    log_in,
    verify,
)
from bot.store import users
from bot.store.models import UserRow
from bot.store.transaction import Transaction

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)


@pytest.fixture
def anna(transaction: Transaction, now: datetime) -> int:
    with transaction() as tx:
        return users.add(tx, login="anna", name="Anna", password_hash=HASH, role="operator", now=now)


def guess(transaction: Transaction, now: datetime, times: int) -> None:
    """Wrong guesses as the store counts them; without the hashing, which takes its time on purpose."""
    for _ in range(times):
        with transaction() as tx:
            assert users.count_guess(tx, "anna", limit=GUESSES, lock_for=LOCKED_FOR, now=now)


def test_a_user_is_found_as_added(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        id_ = users.add(
            tx,
            login="li",
            name="李经理",
            password_hash="hash",
            role="manager",
            now=now,
            language="zh",
            tiers=["high", "mid"],
            regions=["Shanghai"],
            capacity=20,
        )
    with transaction() as tx:
        found = users.by_login(tx, "li")
        assert found == users.by_id(tx, id_)
        assert users.listing(tx) == [found]
    assert found is not None
    assert (found.tiers, found.regions, found.capacity) == (("high", "mid"), ("Shanghai",), 20)
    assert "hash" not in repr(found).replace("password_hash", "")


def test_a_login_is_given_once(transaction: Transaction, now: datetime, anna: int) -> None:
    with transaction() as tx, pytest.raises(users.LoginTaken, match="'anna' is taken"):
        users.add(tx, login="anna", name="Another", password_hash=HASH, role="admin", now=now)


@pytest.mark.usefixtures("anna")
def test_the_right_password_logs_in(transaction: Transaction, now: datetime) -> None:
    answer = log_in(transaction, "anna", PASSWORD, now)
    assert isinstance(answer, LoggedIn)
    assert answer.user.login == "anna"


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(
    transaction: Transaction, now: datetime
) -> None:
    assert log_in(transaction, "anna", "wrong", now) == WrongLogin()
    assert log_in(transaction, "nobody", PASSWORD, now) == WrongLogin()


def test_who_has_left_cannot_log_in(transaction: Transaction, now: datetime, anna: int) -> None:
    with transaction() as tx:
        users.set_active(tx, anna, False)
    assert log_in(transaction, "anna", PASSWORD, now) == WrongLogin()


@pytest.mark.usefixtures("anna")
def test_guessing_locks_the_login_for_a_while_even_for_the_right_password(
    transaction: Transaction, now: datetime
) -> None:
    guess(transaction, now, GUESSES - 1)
    assert log_in(transaction, "anna", "the last guess", now) == WrongLogin()
    assert log_in(transaction, "anna", PASSWORD, now) == Locked(now + LOCKED_FOR)
    just_before = now + LOCKED_FOR - timedelta(seconds=1)
    assert log_in(transaction, "anna", PASSWORD, just_before) == Locked(now + LOCKED_FOR)
    assert isinstance(log_in(transaction, "anna", PASSWORD, now + LOCKED_FOR), LoggedIn)


@pytest.mark.usefixtures("anna")
def test_a_login_forgets_earlier_mistakes(transaction: Transaction, now: datetime) -> None:
    for _ in range(2):
        guess(transaction, now, GUESSES - 1)
        assert isinstance(log_in(transaction, "anna", PASSWORD, now), LoggedIn)


def test_the_right_password_as_the_last_guess_leaves_no_lock(
    transaction: Transaction, now: datetime, anna: int
) -> None:
    guess(transaction, now, GUESSES - 1)
    assert isinstance(log_in(transaction, "anna", PASSWORD, now), LoggedIn)
    with transaction() as tx:
        row = tx.get_one(UserRow, anna)
        assert (row.failed_logins, row.locked_until) == (0, None)


def test_guesses_made_at_once_are_counted_one_by_one(
    transaction: Transaction, now: datetime, anna: int
) -> None:
    allowed: list[bool] = []

    def one() -> None:
        with transaction() as tx:
            allowed.append(users.count_guess(tx, "anna", limit=3, lock_for=LOCKED_FOR, now=now))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 5 + [True] * 3


def test_a_new_password_replaces_the_old_one(transaction: Transaction, now: datetime, anna: int) -> None:
    guess(transaction, now, GUESSES)
    with transaction() as tx:
        users.set_password(tx, anna, hash_password("another long one"))
    assert log_in(transaction, "anna", PASSWORD, now) == WrongLogin()
    assert isinstance(log_in(transaction, "anna", "another long one", now), LoggedIn)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(WeakPassword, match="at least 10"):
        hash_password("short")


def test_a_generated_password_is_long_and_new_each_time() -> None:
    assert len({generated_password() for _ in range(100)}) == 100
    assert hash_password(generated_password()).startswith("$argon2id$")


def test_what_is_no_hash_is_no_password() -> None:
    assert not verify("", PASSWORD)
    assert not verify("not a hash", PASSWORD)

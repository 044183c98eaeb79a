"""Signing in to the console: who gets in, what the session carries, and what a stranger cannot do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot import accounts
from bot.store.models import AuditRow, UserRow
from bot.store.transaction import Transaction
from console.redirects import inside
from tests.console_app import make_app, make_person, post, sign_in


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    with transaction() as tx:
        make_person(tx, login="olga", name="Olga", role="operator", language="zh")
        make_person(tx, login="mei", name="Mei", role="manager")
        make_person(tx, login="gone", name="Gone", role="operator", active=False)
    return make_app(transaction, now).test_client()


def test_a_stranger_is_sent_to_sign_in_and_then_back_to_the_page_they_wanted(client: FlaskClient) -> None:
    answer = client.get("/work-orders/?status=closed")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/work-orders/?status%3Dclosed"
    answer = post(client, "/login", login="olga", password="correct horse battery", next="/work-orders/")
    assert answer.location == "/work-orders/"


def test_a_live_fragment_of_an_ended_session_sends_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/campaigns/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


@pytest.mark.parametrize(("login", "password"), [("olga", "wrong"), ("nobody", "wrong"), ("gone", "wrong")])
def test_a_wrong_login_says_nothing_about_which_half_was_wrong(
    client: FlaskClient, login: str, password: str
) -> None:
    answer = post(client, "/login", login=login, password=password)
    assert answer.status_code == 401
    assert "do not go together" in answer.text


def test_a_user_who_was_deactivated_is_out_at_once(client: FlaskClient, transaction: Transaction) -> None:
    sign_in(client, "olga")
    assert client.get("/campaigns/").status_code == 200
    with transaction() as tx:
        tx.scalars(select(UserRow).where(UserRow.login == "olga")).one().active = False
    assert client.get("/campaigns/").status_code == 302


def test_after_many_guesses_even_the_right_password_must_wait(
    transaction: Transaction, client: FlaskClient, now: datetime
) -> None:
    for _ in range(accounts.GUESSES):
        post(client, "/login", login="olga", password="wrong")
    locked = post(client, "/login", login="olga", password="correct horse battery")
    assert locked.status_code == 429
    later = make_app(transaction, now + accounts.LOCKED_FOR + timedelta(seconds=1)).test_client()
    sign_in(later, "olga")


def test_signing_in_without_a_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/login", data={"login": "olga", "password": "correct horse battery"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
    ],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, elsewhere: str) -> None:
    assert inside(elsewhere) is None
    answer = post(client, "/login", login="olga", password="correct horse battery", next=elsewhere)
    assert answer.location == "/"


def test_the_session_cookie_is_for_this_site_alone(transaction: Transaction, now: datetime) -> None:
    plain = make_app(transaction, now).test_client().get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    secure = make_app(transaction, now, "https://keepline.example").test_client().get("/login")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")


def test_every_page_lets_nothing_else_in(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_signing_in_is_in_the_audit_trail(client: FlaskClient, transaction: Transaction) -> None:
    sign_in(client, "olga")
    with transaction() as tx:
        assert tx.scalars(select(AuditRow.action)).all() == ["user.sign_in"]


def test_signing_out_ends_the_session_and_keeps_the_language(client: FlaskClient) -> None:
    sign_in(client, "olga")
    assert post(client, "/logout").location == "/login"
    answer = client.get("/login")
    assert client.get("/campaigns/").status_code == 302
    assert '<html lang="zh-CN">' in answer.text


def test_a_user_starts_in_their_own_language_and_may_choose_another(client: FlaskClient) -> None:
    sign_in(client, "olga")
    assert "<h1>活动</h1>" in client.get("/campaigns/").text
    assert post(client, "/language/en", next="/campaigns/").location == "/campaigns/"
    assert "<h1>Campaigns</h1>" in client.get("/campaigns/").text
    assert post(client, "/language/xx").status_code == 404


def test_a_manager_sees_work_orders_and_no_campaigns(client: FlaskClient) -> None:
    sign_in(client, "mei")
    assert client.get("/").location == "/work-orders/"
    assert client.get("/campaigns/", headers={"Accept": "text/html"}).status_code == 403


def test_people_get_an_error_page_and_machines_a_short_answer(client: FlaskClient) -> None:
    page = client.get("/no-such-page", headers={"Accept": "text/html,*/*", "Accept-Language": "zh"})
    assert page.status_code == 404
    assert "页面不存在" in page.text
    assert "Keepline" not in client.get("/no-such-page", headers={"Accept": "*/*"}).text

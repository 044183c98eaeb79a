"""Who is here: the login page, the session it opens, and which roles a page is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

from bot import accounts
from bot.accounts import Locked, LoggedIn
from bot.domain.roles import Right, having, may
from bot.store import audit, users
from bot.store.users import User
from console import given, wiring
from console.redirects import inside

blueprint = Blueprint("sign_in", __name__)

#: Who sees every campaign, every work order and any customer's story.
OPERATORS = having(Right.WATCH)


class Visitor(UserMixin):
    """A `User` as Flask-Login wants to see one."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.name = user.name
        self.role = user.role
        self.language = user.language
        self.tiers = user.tiers

    def may(self, right: str) -> bool:
        return may(self.role, Right(right))


def install(app: Flask) -> None:
    gate = LoginManager(app)
    gate.session_protection = "strong"
    gate.user_loader(_load)
    gate.unauthorized_handler(_ask_to_sign_in)


def only(*roles: str) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Signed in, and in one of these roles; anyone else gets 403."""

    def guarded(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        @login_required
        def checked(*args: Any, **values: Any) -> ResponseReturnValue:
            if current_user.role not in roles:
                abort(403)
            return view(*args, **values)

        return checked

    return guarded


@blueprint.get("/login")
def form() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("console.home"))
    return render_template("sign_in.html", next=inside(given.query().get("next")))


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    login = given.form().get("login", "").strip()
    wanted = inside(given.form().get("next"))
    built, now = wiring.wired(), wiring.now()
    found = accounts.log_in(built.transaction, login, given.secret("password"), now)
    if isinstance(found, LoggedIn):
        _open_session(found.user)
        return redirect(wanted or url_for("console.home"))
    problem = (
        _("Too many tries. Wait a quarter of an hour, or ask an administrator.")
        if isinstance(found, Locked)
        else _("That login and password do not go together.")
    )
    page = render_template("sign_in.html", next=wanted, login=login, problem=problem)
    return make_response(page, 429 if isinstance(found, Locked) else 401)


@blueprint.post("/logout")
@login_required
def leave() -> ResponseReturnValue:
    chosen = session.get("language")
    logout_user()
    session.clear()
    if chosen:
        session["language"] = chosen
    return redirect(url_for("sign_in.form"))


def _open_session(user: User) -> None:
    """A fresh session, so that one planted before the login is worth nothing; the language chosen stays."""
    chosen = session.get("language")
    session.clear()
    session.permanent = True
    session["language"] = chosen or user.language
    login_user(Visitor(user))
    with wiring.wired().transaction() as tx:
        audit.record(tx, user.id, "user.sign_in", f"user:{user.id}", None, None, wiring.now())


def _load(user_id: str) -> Visitor | None:
    with wiring.wired().transaction() as tx:
        user = users.by_id(tx, int(user_id))
    return Visitor(user) if user is not None and user.active else None


def _ask_to_sign_in() -> ResponseReturnValue:
    """A page comes back after the login; a fragment asked for by htmx tells the whole page to go there."""
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = url_for("sign_in.form")
        return answer
    here = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("sign_in.form", next=here))

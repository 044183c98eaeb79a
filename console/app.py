"""Put the console on a Flask application: protection first, then language, sign-in and the pages."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from bot.bell import Bell
from bot.domain.roles import Right
from console import (
    assets,
    campaigns,
    errors,
    explain,
    given,
    labels,
    language,
    manual_calls,
    notices,
    security,
    sign_in,
    team,
    wiring,
    work_orders,
)
from console.wiring import Wired

blueprint = Blueprint(
    "console", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
)


@blueprint.get("/")
@login_required
def home() -> Response:
    return redirect(url_for("campaigns.listing" if current_user.may(Right.WATCH) else "work_orders.listing"))


def register(app: Flask, wired: Wired, bell: Bell | None = None) -> None:
    wiring.keep(app, wired, bell)
    given.install(app)
    security.protect(app, wired.settings)
    sign_in.install(app)
    language.install(app)
    errors.install(app)
    app.jinja_env.globals.update(
        asset=assets.asset,
        word=labels.word,
        tone=labels.tone,
        why=labels.why,
        now=wiring.now,
        unread_notices=notices.unread,
        settings=wired.settings,
    )
    for part in (
        blueprint,
        sign_in.blueprint,
        language.blueprint,
        campaigns.blueprint,
        work_orders.blueprint,
        manual_calls.blueprint,
        explain.blueprint,
        notices.blueprint,
        team.blueprint,
    ):
        app.register_blueprint(part)

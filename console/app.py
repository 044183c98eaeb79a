"""Put the console on a Flask application: protection first, then language, sign-in and the pages."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from console import (
    assets,
    campaigns,
    errors,
    explain,
    labels,
    language,
    security,
    sign_in,
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
    return redirect(url_for("work_orders.listing" if current_user.role == "manager" else "campaigns.listing"))


def register(app: Flask, wired: Wired) -> None:
    wiring.keep(app, wired)
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
        settings=wired.settings,
    )
    for part in (
        blueprint,
        sign_in.blueprint,
        language.blueprint,
        campaigns.blueprint,
        work_orders.blueprint,
        explain.blueprint,
    ):
        app.register_blueprint(part)

"""When a page cannot be shown: the same words and looks as the rest, for people only."""

from __future__ import annotations

from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

_WORDS = {
    400: (_l("That did not arrive whole"), _l("Go back, load the page again and repeat what you did.")),
    403: (_l("Not for you"), _l("Your role does not open this page. If it should, ask an administrator.")),
    404: (_l("Nothing here"), _l("This page does not exist, or it is not yours to see.")),
    405: (_l("Nothing here"), _l("This address only takes a button's press.")),
    500: (_l("Something broke on our side"), _l("It has been logged. Try again in a moment.")),
}


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _page)
    for code in _WORDS:
        app.register_error_handler(code, _page)


def _page(error: Exception) -> ResponseReturnValue:
    """Machines (webhooks, scripts) get Werkzeug's own short answer."""
    problem = error if isinstance(error, HTTPException) else InternalServerError()
    if "text/html" not in request.headers.get("Accept", ""):
        return problem.get_response()
    code = problem.code or 500
    title, advice = _WORDS.get(code, _WORDS[500])
    return make_response(render_template("error.html", code=code, title=title, advice=advice), code)

"""What every page of the console is wrapped in: safe cookies, CSRF tokens, and headers that let nothing else in."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from bot.config import Settings

#: Nothing from elsewhere and nothing inline: a text from a customer can never become a script. `data:` is
#: for the check marks and arrows that the CSS framework carries in itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": over HTTPS the CSRF check compares the referrer with our own host.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_YEAR = 365 * 24 * 3600


def protect(app: Flask, settings: Settings) -> None:
    """Must come before the views; a machine's blueprint is exempted through `app.extensions["csrf"]`."""
    https = settings.public_base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="keepline_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,  # a live page left open must not keep its session alive for ever
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(
            seconds=_YEAR
        ),  # a static file's address changes with its content
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=https,
    )
    CSRFProtect(app)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        if request.endpoint != "console.static":
            response.headers.setdefault("Cache-Control", "no-store")  # pages show personal data
        return response

"""Who is calling our webhooks: the carrier by X-Twilio-Signature, billing by an HMAC over time and body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from twilio.request_validator import RequestValidator

REPLAY_WINDOW = timedelta(minutes=5)


class TwilioSignature:
    """Over the configured public URL, never over what a Host or forwarding header claims."""

    def __init__(self, auth_token: str, public_base_url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._public = public_base_url

    def valid(self, path_and_query: str, form: Mapping[str, str], signature: str | None) -> bool:
        """`form` may be a multi-dict: then every value of a repeated field counts, as the carrier signs them."""
        if not signature:
            return False
        return bool(self._validator.validate(self._public + path_and_query, form, signature))


class BillingSignature:
    """`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, at most five minutes old."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def sign(self, body: bytes, at: datetime) -> str:
        seconds = int(at.timestamp())
        return f"t={seconds},v1={self._mac(str(seconds), body)}"

    def valid(self, body: bytes, header: str | None, now: datetime) -> bool:
        fields = dict(part.partition("=")[::2] for part in (header or "").split(","))
        seconds, mac = fields.get("t", ""), fields.get("v1", "")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
            return False
        if abs(now.timestamp() - int(seconds)) > REPLAY_WINDOW.total_seconds():
            return False
        return hmac.compare_digest(self._mac(seconds, body).encode(), mac.encode())

    def _mac(self, seconds: str, body: bytes) -> str:
        return hmac.new(self._secret, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()

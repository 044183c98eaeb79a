"""The carrier's callbacks as it would send them: its own form fields, signed over the public URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from twilio.request_validator import RequestValidator

from scripts.benchmarks.load import Request


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt that the carrier has, as a callback would speak of it."""

    attempt_id: UUID
    sid: str
    to: str
    sender: str


class Signed:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._account = environment["TWILIO_ACCOUNT_SID"]
        self._public = environment["PUBLIC_BASE_URL"]
        self._sender = environment["SMS_SENDER"]
        self._validator = RequestValidator(environment["TWILIO_AUTH_TOKEN"])

    def message_status(self, sent: Sent, status: str, target: str = "/twilio/sms/status") -> Request:
        return self._post(
            f"{target}?a={sent.attempt_id}",
            {
                "AccountSid": self._account,
                "ApiVersion": "2010-04-01",
                "From": sent.sender,
                "MessageSid": sent.sid,
                "MessageStatus": status,
                "SmsSid": sent.sid,
                "SmsStatus": status,
                "To": sent.to,
            },
        )

    def inbound(self, msisdn: str, body: str, sid: str, target: str = "/twilio/sms/inbound") -> Request:
        """A customer's text."""
        form = {
            "AccountSid": self._account,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": msisdn,
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": self._sender,
        }
        return self._post(target, form)

    def answered(self, sent: Sent) -> Request:
        return self._post(f"/twilio/voice/answer?a={sent.attempt_id}", self._call(sent))

    def pressed(self, sent: Sent, turn: int, digits: str) -> Request:
        form = {**self._call(sent), "Digits": digits, "msg": "Gather End", "FinishedOnKey": ""}
        return self._post(f"/twilio/voice/key?a={sent.attempt_id}&t={turn}", form)

    def _call(self, sent: Sent) -> dict[str, str]:
        return {
            "AccountSid": self._account,
            "ApiVersion": "2010-04-01",
            "CallSid": sent.sid,
            "CallStatus": "in-progress",
            "Called": sent.to,
            "Caller": sent.sender,
            "Direction": "outbound-api",
            "From": sent.sender,
            "To": sent.to,
        }

    def _post(self, target: str, form: Mapping[str, str]) -> Request:
        signature = self._validator.compute_signature(self._public + target, form)
        return Request.post(target, form, {"X-Twilio-Signature": signature})

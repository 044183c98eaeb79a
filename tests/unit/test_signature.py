"""Who is calling: the carrier's signature over our public URL, billing's over time and body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import ImmutableMultiDict

from bot.channels.signature import REPLAY_WINDOW, BillingSignature, TwilioSignature

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PUBLIC = "https://mycompany.com"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
PATH = "/myapp.php?foo=1&bar=2"
VECTOR = "RSOYDt4T1cUTdK1PDd93/VVr8B8="  # the carrier's own example, under the token 12345


def test_the_carriers_own_example_is_accepted() -> None:
    assert TwilioSignature("12345", PUBLIC).valid(PATH, FORM, VECTOR)


@pytest.mark.parametrize(
    ("token", "public", "path", "form", "signature"),
    [
        ("12346", PUBLIC, PATH, FORM, VECTOR),
        ("12345", "https://other.com", PATH, FORM, VECTOR),
        ("12345", "http://mycompany.com", PATH, FORM, VECTOR),
        ("12345", PUBLIC, PATH + "&a=1", FORM, VECTOR),
        ("12345", PUBLIC, "/myapp.php?bar=2&foo=1", FORM, VECTOR),
        ("12345", PUBLIC, PATH, FORM | {"Digits": "9"}, VECTOR),
        ("12345", PUBLIC, PATH, FORM | {"More": ""}, VECTOR),
        ("12345", PUBLIC, PATH, {}, VECTOR),
        ("12345", PUBLIC, PATH, FORM, VECTOR.lower()),
        ("12345", PUBLIC, PATH, FORM, ""),
        ("12345", PUBLIC, PATH, FORM, None),
    ],
)
def test_anything_else_is_not(
    token: str, public: str, path: str, form: dict[str, str], signature: str | None
) -> None:
    assert not TwilioSignature(token, public).valid(path, form, signature)


def test_every_value_of_a_repeated_field_is_signed() -> None:
    form = ImmutableMultiDict([("MediaUrl", "b"), ("MediaUrl", "a"), ("To", "+1")])
    signed = RequestValidator("12345").compute_signature(f"{PUBLIC}/x", form)
    signature = TwilioSignature("12345", PUBLIC)
    assert signature.valid("/x", form, signed)
    assert not signature.valid("/x", ImmutableMultiDict([("MediaUrl", "b"), ("To", "+1")]), signed)


@pytest.mark.parametrize("signed_as", ["https://mycompany.com:8443/x", "https://mycompany.com/x"])
def test_the_carrier_may_or_may_not_sign_the_port(signed_as: str) -> None:
    signed = RequestValidator("12345").compute_signature(signed_as, FORM)
    assert TwilioSignature("12345", "https://mycompany.com:8443").valid("/x", FORM, signed)


def test_billing_signs_the_body_and_the_moment() -> None:
    billing = BillingSignature("secret")
    header = billing.sign(b"{}", NOW)
    assert billing.valid(b"{}", header, NOW)
    assert not billing.valid(b"{ }", header, NOW)
    assert not BillingSignature("other").valid(b"{}", header, NOW)
    later = header.replace(str(int(NOW.timestamp())), str(int(NOW.timestamp()) + 1))
    assert not billing.valid(b"{}", later, NOW)


@pytest.mark.parametrize(
    ("age", "valid"),
    [
        (timedelta(0), True),
        (REPLAY_WINDOW, True),
        (-REPLAY_WINDOW, True),
        (REPLAY_WINDOW + timedelta(seconds=1), False),
        (-REPLAY_WINDOW - timedelta(seconds=1), False),
    ],
)
def test_what_billing_signed_long_ago_is_refused(age: timedelta, valid: bool) -> None:
    billing = BillingSignature("secret")
    assert billing.valid(b"{}", billing.sign(b"{}", NOW - age), NOW) == valid


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        "v1=abc",
        "t=1795312800",
        "t=-1,v1=x",
        "t=\u0661,v1=x",
        "t=9" + "9" * 400 + ",v1=x",
        "é=ü",
        ",,,",
    ],
)
def test_an_odd_header_is_no_signature(header: str | None) -> None:
    assert not BillingSignature("secret").valid(b"{}", header, NOW)


def test_a_signature_in_other_letters_is_no_error() -> None:
    seconds = int(NOW.timestamp())
    assert not BillingSignature("secret").valid(b"{}", f"t={seconds},v1=ünïcode", NOW)

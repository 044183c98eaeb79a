"""The environment becomes Settings, or the start fails with the variable's name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.config import ROOT, TWILIO_API, ConfigError, load_settings

SECRETS = {
    "TWILIO_AUTH_TOKEN": "twilio-auth-token",
    "BILLING_WEBHOOK_SECRET": "billing-webhook-secret",
    "BILLING_API_TOKEN": "billing-api-token",
    "SECRET_KEY": "console-secret-key",
    "API_TOKEN": "token-of-other-systems",
    "DATABASE_URL": "postgresql://keepline:database-password@db/keepline",
    "REDIS_URL": "redis://:valkey-password@cache/0",
}
REQUIRED = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": SECRETS["TWILIO_AUTH_TOKEN"],
    "SMS_SENDER": "+8610690000",
    "VOICE_SENDER": "+861095000",
    "BILLING_WEBHOOK_SECRET": SECRETS["BILLING_WEBHOOK_SECRET"],
    "PUBLIC_BASE_URL": "https://keepline.example.com",
    "SECRET_KEY": SECRETS["SECRET_KEY"],
}


def test_what_is_required_is_enough() -> None:
    settings = load_settings(REQUIRED)
    assert (settings.database_url, settings.redis_url) == (None, None)
    assert settings.twilio_api_base_url == TWILIO_API
    assert settings.guest_list is None
    assert (settings.manager_line, settings.api_token) == (None, None)
    assert settings.var_dir == ROOT / "var"
    assert (settings.sms_per_second, settings.calls_per_second) == (Decimal(100), Decimal(1))


def test_everything_given_is_read() -> None:
    settings = load_settings(
        REQUIRED
        | {
            "KEEPLINE_VAR": "/srv/keepline",
            "DATABASE_URL": "postgresql://keepline@/keepline?host=/run/postgresql",
            "REDIS_URL": "redis+socket:///run/valkey.sock",
            "TWILIO_API_BASE_URL": "http://127.0.0.1:9000/",
            "BILLING_API_BASE_URL": "https://billing.example.com/tmf/",
            "PUBLIC_BASE_URL": "https://keepline.example.com/bot/",
            "CALLS_PER_SECOND": "0.5",
            "DEFAULT_TIME_ZONE": "Asia/Shanghai",
            "GUEST_LIST": "+8613800000001, +12025550123,",
            "KEEPLINE_CLOCK_FILE": "/srv/keepline/clock",
        }
    )
    assert settings.var_dir == Path("/srv/keepline")
    assert settings.twilio_api_base_url == "http://127.0.0.1:9000"
    assert settings.billing_api_base_url == "https://billing.example.com/tmf"
    assert settings.public_base_url == "https://keepline.example.com/bot"
    assert settings.calls_per_second == Decimal("0.5")
    assert settings.guest_list == {"+8613800000001", "+12025550123"}
    assert settings.clock_file == Path("/srv/keepline/clock")


@pytest.mark.parametrize("name", list(REQUIRED))
@pytest.mark.parametrize("value", [None, "", "   "])
def test_what_is_missing_is_named(name: str, value: str | None) -> None:
    environ = {key: text for key, text in REQUIRED.items() if key != name}
    if value is not None:
        environ[name] = value
    with pytest.raises(ConfigError, match=f"^{name} is not set$"):
        load_settings(environ)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("TWILIO_ACCOUNT_SID", "AC123", "is not an account SID"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "is not an account SID"),
        ("SECRET_KEY", "short", "too short"),
        ("DATABASE_URL", "mysql://db/keepline", "must start with one of: postgresql://"),
        ("DATABASE_URL", "/var/lib/db", "must start with one of"),
        ("REDIS_URL", "amqp://broker", "must start with one of: redis://"),
        ("PUBLIC_BASE_URL", "keepline.example.com", "must start with one of: http://"),
        ("PUBLIC_BASE_URL", "https://", "has no host name"),
        ("PUBLIC_BASE_URL", "https://keep_line.example.com", "underscore"),
        ("PUBLIC_BASE_URL", "http://[::1", "is not a URL"),
        ("TWILIO_API_BASE_URL", "ftp://carrier", "must start with one of"),
        ("API_TOKEN", "short", "is too short"),
        ("SMS_PER_SECOND", "many", "is not a number: 'many'"),
        ("SMS_PER_SECOND", "0", "must be above 0"),
        ("CALLS_PER_SECOND", "-1", "must be above 0"),
        ("CALLS_PER_SECOND", "Infinity", "must be above 0"),
        ("CALLS_PER_SECOND", "NaN", "must be above 0"),
        ("DEFAULT_TIME_ZONE", "Asia/Atlantis", "is not a known time zone"),
        ("DEFAULT_TIME_ZONE", "../../etc/passwd", "is not a known time zone"),
        ("DEFAULT_TIME_ZONE", "Asia", "is not a known time zone"),
        ("GUEST_LIST", "13800000001", "must be E.164"),
        ("GUEST_LIST", "+8613800000001 +12025550123", "must be E.164"),
        ("GUEST_LIST", "+86138\uff11000000", "must be E.164"),
    ],
)
def test_what_is_odd_is_named_in_one_line(name: str, value: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(REQUIRED | {name: value})
    assert str(error.value).startswith(name)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_guest_list_of_nobody_lets_nobody_through() -> None:
    assert load_settings(REQUIRED | {"GUEST_LIST": ","}).guest_list == frozenset()


def test_no_secret_is_shown_with_the_settings() -> None:
    shown = repr(load_settings(REQUIRED | SECRETS))
    assert [name for name, secret in SECRETS.items() if secret in shown] == []


def test_the_carrier_answers_its_own_words_unless_told_otherwise() -> None:
    assert load_settings(REQUIRED).carrier_answers_opt_out is True
    assert load_settings(REQUIRED | {"CARRIER_ANSWERS_OPT_OUT": "no"}).carrier_answers_opt_out is False
    with pytest.raises(ConfigError, match="CARRIER_ANSWERS_OPT_OUT is neither yes nor no: 'maybe'"):
        load_settings(REQUIRED | {"CARRIER_ANSWERS_OPT_OUT": "maybe"})


def test_the_line_for_help_is_short_and_can_be_printed() -> None:
    assert load_settings(REQUIRED | {"HELP_LINE": " 10086 "}).help_line == "10086"
    assert load_settings(REQUIRED).help_line is None
    for odd in ("1" * 31, "10086\t2"):
        with pytest.raises(ConfigError, match="HELP_LINE is not a printable text of at most 30 characters"):
            load_settings(REQUIRED | {"HELP_LINE": odd})

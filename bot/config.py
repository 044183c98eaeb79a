"""The environment, read once into one frozen `Settings`; an odd value stops the start with its variable's name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent
TWILIO_API = "https://api.twilio.com"
_LONGEST_LINE = 30  # it has to fit into one segment with the rest
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class ConfigError(Exception):
    """A setting is missing or makes no sense; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`None` for the two URLs means: start our own, embedded, under `var_dir`."""

    var_dir: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_api_base_url: str
    sms_sender: str
    voice_sender: str
    manager_line: str | None
    help_line: str | None  # what customers who ask for help are told to call
    carrier_answers_opt_out: (
        bool  # its default words (STOP, HELP, START ...) are answered by the carrier itself
    )
    sms_per_second: Decimal
    calls_per_second: Decimal
    account_sms_per_second: Decimal | None  # of all senders together; None: no limit beside each sender's
    account_calls_per_second: Decimal | None
    billing_api_base_url: str | None
    billing_api_token: str = field(repr=False)
    billing_webhook_secret: str = field(repr=False)
    api_token: str | None = field(repr=False)
    public_base_url: str
    secret_key: str = field(repr=False)
    brand_zh: str
    brand_en: str
    currency: str
    default_region: str
    default_time_zone: str | None
    console_time_zone: str
    guest_list: frozenset[str] | None
    clock_file: Path | None


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises ConfigError with the variable's name for anything missing or odd."""
    read = _Reader(environ)
    return Settings(
        var_dir=Path(environ.get("KEEPLINE_VAR", str(ROOT / "var"))).resolve(),
        database_url=read.url("DATABASE_URL", ("postgresql", "postgres", "postgresql+psycopg")),
        redis_url=read.url("REDIS_URL", ("redis", "rediss", "unix", "redis+socket")),
        twilio_account_sid=read.sid("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=read.required("TWILIO_AUTH_TOKEN"),
        twilio_api_base_url=(read.url("TWILIO_API_BASE_URL", ("http", "https")) or TWILIO_API).rstrip("/"),
        sms_sender=read.required("SMS_SENDER"),
        voice_sender=read.required("VOICE_SENDER"),
        manager_line=environ.get("MANAGER_LINE") or None,
        help_line=read.short("HELP_LINE"),
        carrier_answers_opt_out=read.yes_or_no("CARRIER_ANSWERS_OPT_OUT", default=True),
        sms_per_second=read.rate("SMS_PER_SECOND", "100"),
        calls_per_second=read.rate("CALLS_PER_SECOND", "1"),
        account_sms_per_second=read.rate_if_any("ACCOUNT_SMS_PER_SECOND"),
        account_calls_per_second=read.rate_if_any("ACCOUNT_CALLS_PER_SECOND"),
        billing_api_base_url=_without_slash(read.url("BILLING_API_BASE_URL", ("http", "https"))),
        billing_api_token=environ.get("BILLING_API_TOKEN", ""),
        billing_webhook_secret=read.required("BILLING_WEBHOOK_SECRET"),
        api_token=read.secret("API_TOKEN") if environ.get("API_TOKEN", "").strip() else None,
        public_base_url=read.required_url("PUBLIC_BASE_URL"),
        secret_key=read.secret("SECRET_KEY"),
        brand_zh=environ.get("BRAND_ZH", "Keepline"),
        brand_en=environ.get("BRAND_EN", "Keepline"),
        currency=environ.get("CURRENCY", "CNY"),
        default_region=environ.get("DEFAULT_REGION", "CN"),
        default_time_zone=read.zone("DEFAULT_TIME_ZONE"),
        console_time_zone=read.zone("CONSOLE_TIME_ZONE") or "UTC",
        guest_list=read.numbers("GUEST_LIST"),
        clock_file=Path(environ["KEEPLINE_CLOCK_FILE"]) if environ.get("KEEPLINE_CLOCK_FILE") else None,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    environ: Mapping[str, str]

    def required(self, name: str) -> str:
        value = self.environ.get(name, "").strip()
        if not value:
            raise ConfigError(f"{name} is not set")
        return value

    def secret(self, name: str) -> str:
        value = self.required(name)
        if len(value) < 16:
            raise ConfigError(f"{name} is too short: at least 16 characters")
        return value

    def short(self, name: str) -> str | None:
        value = self.environ.get(name, "").strip()
        if len(value) > _LONGEST_LINE or not value.isprintable():
            raise ConfigError(f"{name} is not a printable text of at most {_LONGEST_LINE} characters")
        return value or None

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        value = self.environ.get(name, "").strip().lower()
        if value not in ("", "yes", "no"):
            raise ConfigError(f"{name} is neither yes nor no: {value!r}")
        return value == "yes" if value else default

    def sid(self, name: str) -> str:
        value = self.required(name)
        if not (value.startswith("AC") and len(value) == 34):
            raise ConfigError(f"{name} is not an account SID (AC and 32 characters)")
        return value

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.environ.get(name, "").strip()
        if not value:
            return None
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ConfigError(f"{name} is not a URL") from None
        if parts.scheme not in schemes:
            raise ConfigError(f"{name} must start with one of: {', '.join(s + '://' for s in schemes)}")
        if parts.scheme in ("http", "https") and not parts.hostname:
            raise ConfigError(f"{name} has no host name")
        return value

    def required_url(self, name: str) -> str:
        self.required(name)
        value = self.url(name, ("http", "https")) or ""
        if "_" in (urlsplit(value).hostname or ""):
            raise ConfigError(f"{name}: the carrier refuses host names with an underscore")
        return value.rstrip("/")

    def rate(self, name: str, default: str) -> Decimal:
        value = self.environ.get(name, default)
        try:
            rate = Decimal(value)
        except InvalidOperation:
            raise ConfigError(f"{name} is not a number: {value!r}") from None
        if not rate.is_finite() or rate <= 0:
            raise ConfigError(f"{name} must be above 0")
        return rate

    def rate_if_any(self, name: str) -> Decimal | None:
        return self.rate(name, "") if self.environ.get(name, "").strip() else None

    def zone(self, name: str) -> str | None:
        value = self.environ.get(name) or None
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ConfigError(f"{name} is not a known time zone: {value!r}") from None
        return value

    def numbers(self, name: str) -> frozenset[str] | None:
        value = self.environ.get(name, "").strip()
        if not value:
            return None
        numbers = frozenset(part.strip() for part in value.split(",") if part.strip())
        for number in numbers:
            if not _E164.fullmatch(number):
                raise ConfigError(f"{name}: every number must be E.164, such as +8613800000000")
        return numbers


def _without_slash(url: str | None) -> str | None:
    return url.rstrip("/") if url else None

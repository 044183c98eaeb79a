"""The command line and environment of a rehearsal, read once into one frozen value."""

import argparse
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from rehearsal.business_wishes import BadBusiness, Rates, read_rates
from rehearsal.faults import NO_FAULTS, FaultRates, UnknownFault, parse_faults
from rehearsal.moments import BadMoment, read_moment
from rehearsal.numbers import is_webhook_url
from rehearsal.schedule import RealClock, VirtualClock


class BadOption(ValueError):
    """An option or variable that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Options:
    account_sid: str
    auth_token: str
    host: str = "127.0.0.1"
    port: int = 0
    start: datetime | None = None  # None: the real clock
    seed: int = 1
    faults: FaultRates = NO_FAULTS
    billing_token: str = ""
    billing_secret: str = ""
    billing_event_url: str = ""
    inbound_sms_url: str = ""
    business_event_url: str = ""
    business_rates: Rates = field(default_factory=dict)
    rehearsal_token: str = ""
    callback_concurrency: int = 32
    calls_per_second: float = 0.0  # 0: no limit
    gives_back: str = (
        "scheduled"  # texts that may be canceled: Twilio's scheduled ones, or what is queued too
    )
    pool_sender: str = "+15005550006"
    currency: str = "CNY"

    def clock(self) -> VirtualClock | RealClock:
        return RealClock() if self.start is None else VirtualClock(self.start)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOption(message)


def read_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    given = _parser().parse_args(arguments)
    account_sid = _required(environment, "TWILIO_ACCOUNT_SID")
    if len(account_sid) != 34 or not account_sid.startswith("AC"):
        raise BadOption("TWILIO_ACCOUNT_SID: is not AC and 32 hex digits")
    billing_secret = environment.get("BILLING_WEBHOOK_SECRET", "")
    for name in ("billing_event_url", "business_event_url"):
        if getattr(given, name) and not billing_secret:
            option = f"--{name.replace('_', '-')}"
            raise BadOption(f"BILLING_WEBHOOK_SECRET: is not set, yet {option} needs it to sign events")
    rates = _rates(given.business_rates)
    if rates and not given.business_event_url:
        raise BadOption("--business-rates: needs --business-event-url")
    return Options(
        account_sid=account_sid,
        auth_token=_required(environment, "TWILIO_AUTH_TOKEN"),
        host=_loopback(given.host),
        port=given.port,
        start=_start(given.clock, given.start),
        seed=given.seed,
        faults=_faults(given.faults),
        billing_token=given.billing_token or environment.get("BILLING_API_TOKEN", ""),
        billing_secret=billing_secret,
        billing_event_url=_url("--billing-event-url", given.billing_event_url),
        inbound_sms_url=_url("--inbound-sms-url", given.inbound_sms_url),
        business_event_url=_url("--business-event-url", given.business_event_url),
        business_rates=rates,
        rehearsal_token=environment.get("REHEARSAL_TOKEN", ""),
        callback_concurrency=_positive("--callback-concurrency", given.callback_concurrency),
        calls_per_second=given.calls_per_second,
        gives_back=given.gives_back,
        pool_sender=given.pool_sender,
        currency=given.currency,
    )


def _parser() -> _Parser:
    parser = _Parser(prog="rehearsal", description="A pretend carrier, billing system and customers.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--host", default=None, help="the loopback address unless given")
    parser.add_argument("--clock", choices=("virtual", "real"), default="virtual")
    parser.add_argument("--start", help="the virtual clock's first moment, ISO 8601 with a UTC offset")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", default="", help="k=v,... such as lost_response=0.02,rate_limit=0.01")
    parser.add_argument("--billing-token", default="", help="bearer token; else BILLING_API_TOKEN")
    parser.add_argument("--billing-event-url", default="", help="where top-up events are posted")
    parser.add_argument("--inbound-sms-url", default="", help="where people's texts are posted")
    parser.add_argument("--business-event-url", default="", help="where other business events are posted")
    parser.add_argument(
        "--business-rates",
        default="",
        help="events a person and day: angry.complaint=0.05,*.contacted_care=0.003",
    )
    parser.add_argument("--callback-concurrency", type=int, default=32)
    parser.add_argument("--calls-per-second", type=float, default=0.0, help="0 sets no limit")
    parser.add_argument(
        "--gives-back",
        choices=("scheduled", "queued"),
        default="scheduled",
        help="texts that may be canceled: as Twilio, scheduled ones alone, or what is queued as well",
    )
    parser.add_argument("--pool-sender", default=Options.__dataclass_fields__["pool_sender"].default)
    parser.add_argument("--currency", default="CNY")
    return parser


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise BadOption(f"{name}: is not set")
    return value


def _loopback(host: str | None) -> str:
    """Any address may be bound, but only when it is asked for by name."""
    if host is None:
        return "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host != "localhost":
            raise BadOption(f"--host: {host!r} is not an IP address") from None
    return host


def _start(clock: str, text: str | None) -> datetime | None:
    if clock == "real":
        if text is not None:
            raise BadOption("--start: the real clock cannot be set; leave it out or use --clock virtual")
        return None
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return read_moment("--start", text)
    except BadMoment as error:
        raise BadOption(str(error)) from None


def _faults(text: str) -> FaultRates:
    try:
        return parse_faults(text)
    except UnknownFault as error:
        raise BadOption(f"--faults: {error}") from None


def _rates(text: str) -> Rates:
    try:
        return read_rates(text)
    except BadBusiness as error:
        raise BadOption(f"--business-rates: {error}") from None


def _url(name: str, text: str) -> str:
    if text and not is_webhook_url(text):
        raise BadOption(f"{name}: {text!r} is not an http(s) URL")
    return text


def _positive(name: str, number: int) -> int:
    if number < 1:
        raise BadOption(f"{name}: {number} is not a number from 1 up")
    return number

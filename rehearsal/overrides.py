"""Connection overrides: what a webhook URL's fragment says about timeouts and retries, as Twilio reads it."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urldefrag

CONNECT_FAILURE = "ct"
READ_TIMEOUT = "rt"


@dataclass(frozen=True, slots=True)
class Overrides:
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    total_timeout: float = 15.0
    retries: int = 1
    policies: frozenset[str] = frozenset({CONNECT_FAILURE})

    def wants_retry_after(self, outcome: int | str) -> bool:
        """Whether this status, or this kind of failure, is one to try again after."""
        if isinstance(outcome, str):
            kind = outcome
        elif outcome >= 500:
            kind = "5xx"
        elif outcome >= 400:
            kind = "4xx"
        else:
            return False
        return kind in self.policies or "all" in self.policies


def split_overrides(url: str) -> tuple[str, Overrides]:
    """The URL as it goes over the wire and is signed, and what its fragment asked for."""
    address, fragment = urldefrag(url)
    return address, _read_fragment(fragment)


@lru_cache(maxsize=64)
def _read_fragment(fragment: str) -> Overrides:
    wanted = dict(parse_qsl(fragment))
    defaults = Overrides()
    return Overrides(
        connect_timeout=_milliseconds(wanted.get("ct"), 100, 10_000, defaults.connect_timeout),
        read_timeout=_milliseconds(wanted.get("rt"), 100, 15_000, defaults.read_timeout),
        total_timeout=_milliseconds(wanted.get("tt"), 100, 15_000, defaults.total_timeout),
        retries=round(_within(wanted.get("rc"), 0, 5, defaults.retries)),
        policies=frozenset(wanted["rp"].split(",")) if "rp" in wanted else defaults.policies,
    )


def _milliseconds(text: str | None, low: int, high: int, default: float) -> float:
    return _within(text, low, high, default * 1000) / 1000


def _within(text: str | None, low: int, high: int, default: float) -> float:
    if text is None or not text.isdecimal():
        return default
    return min(high, max(low, int(text)))

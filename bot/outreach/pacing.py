"""Token buckets in Valkey, one for each sender and one for the whole account, in real time.

The carrier's limits do not follow a rehearsal's clock. Losing Valkey's data only means one burst of at most a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

# Each bucket is a hash of its tokens and the moment of their count. A request takes what all of them have, up to
# what it wants, from all of them at once.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local given, tokens = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local h = redis.call('HMGET', key, 'tokens', 'at')
  tokens[i] = math.min(burst, (tonumber(h[1]) or burst) + (now - (tonumber(h[2]) or now)) * rate)
  given = math.max(0, math.min(given, math.floor(tokens[i])))
end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'tokens', tokens[i] - given, 'at', now)
  redis.call('EXPIRE', key, math.ceil(tonumber(ARGV[2 * i + 1]) / tonumber(ARGV[2 * i])) + 60)
end
return given
"""
_GIVE_BACK = """
for i, key in ipairs(KEYS) do
  local tokens = tonumber(redis.call('HGET', key, 'tokens'))
  if tokens then
    redis.call('HSET', key, 'tokens', math.min(tonumber(ARGV[2 * i + 1]), tokens + tonumber(ARGV[1])))
  end
end
return 0
"""


class Scripts(Protocol):
    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """What the carrier allows one sender, or one account with all its senders: its bucket holds a second of it."""

    name: str
    per_second: Decimal

    @property
    def burst(self) -> Decimal:
        return max(Decimal(1), self.per_second)


class Pacing:
    def __init__(
        self, valkey: Scripts, sender: str, per_second: Decimal, account: Limit | None = None
    ) -> None:
        limits = (Limit(sender, per_second), *((account,) if account else ()))
        self._valkey = valkey
        self._keys = [f"kl:pace:{limit.name}" for limit in limits]
        self._limits = [str(value) for limit in limits for value in (limit.per_second, limit.burst)]

    def take(self, wanted: int) -> int:
        """How many may go out now: 0 to `wanted`."""
        return self._eval(_TAKE, wanted)

    def give_back(self, unused: int) -> None:
        if unused > 0:
            self._eval(_GIVE_BACK, unused)

    def _eval(self, script: str, number: int) -> int:
        return int(self._valkey.eval(script, len(self._keys), *self._keys, str(number), *self._limits))

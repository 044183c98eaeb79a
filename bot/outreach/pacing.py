"""A token bucket per sender in Valkey, in real time: the carrier's limits do not follow a rehearsal's clock.

Losing Valkey's data only means one burst of at most a bucket.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

# Tokens and the moment of their count, in one hash; a request takes what there is, up to what it wants.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local h = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(h[1]) or burst) + (now - (tonumber(h[2]) or now)) * rate)
local given = math.max(0, math.min(wanted, math.floor(tokens)))
redis.call('HSET', KEYS[1], 'tokens', tokens - given, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 60)
return given
"""


class Scripts(Protocol):
    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> int: ...


class Pacing:
    def __init__(self, valkey: Scripts, sender: str, per_second: Decimal) -> None:
        self._valkey = valkey
        self._key = f"kl:pace:{sender}"
        self._rate = per_second
        self._burst = max(Decimal(1), per_second)

    def take(self, wanted: int) -> int:
        """How many may go out now: 0 to `wanted`."""
        return int(self._valkey.eval(_TAKE, 1, self._key, str(self._rate), str(self._burst), str(wanted)))

    def give_back(self, unused: int) -> None:
        if unused > 0:
            self._valkey.eval(_GIVE_BACK, 1, self._key, str(unused), str(self._burst))


_GIVE_BACK = """
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens'))
if tokens then
  redis.call('HSET', KEYS[1], 'tokens', math.min(tonumber(ARGV[2]), tokens + tonumber(ARGV[1])))
end
return 0
"""

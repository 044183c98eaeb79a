"""Where made-up customers live: region, time zone, language, test numbers and plausible names.

The American numbers are of the 555 exchange, which serves no subscribers. China sets no mobile numbers aside
for fiction: the range below is well-formed and nothing more, so the commands make nobody up where the carrier
is a real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

UNKNOWN_ZONE_SHARE = 0.02

_CHINA = ("+8613900000000",)
_SURNAMES_ZH = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN_ZH = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀英", "建国", "子涵", "欣怡", "浩然", "宇轩", "梓萱", "志强", "晓明", "海燕", "文博", "雨桐", "家豪",
)  # fmt: skip
_GIVEN_EN = (
    "Avery", "Blake", "Casey", "Dana", "Emery", "Finley", "Gray", "Harper", "Indira", "Jamie", "Kendall",
    "Logan", "Morgan", "Noel", "Parker", "Quinn", "Riley", "Sage", "Taylor", "Wren",
)  # fmt: skip
_SURNAMES_EN = (
    "Adams", "Brooks", "Chen", "Diaz", "Evans", "Foster", "Garcia", "Hughes", "Ivanov", "Jones", "Kim",
    "Lopez", "Miller", "Nguyen", "Ortiz", "Patel", "Reed", "Smith", "Turner", "Young",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    region: str
    time_zone: str
    language: str
    number_ranges: tuple[str, ...]
    surnames: tuple[str, ...]
    between: str
    given_names: tuple[str, ...]


def _chinese(region: str, time_zone: str = "Asia/Shanghai") -> Place:
    return Place(region, time_zone, "zh", _CHINA, _SURNAMES_ZH, "", _GIVEN_ZH)


def _american(region: str, time_zone: str, area_codes: str) -> Place:
    ranges = tuple(f"+1{code}5550000" for code in area_codes.split())
    return Place(region, time_zone, "en", ranges, _GIVEN_EN, " ", _SURNAMES_EN)


_WEIGHTED = (
    (_chinese("guangdong"), 25),
    (_chinese("jiangsu"), 20),
    (_chinese("sichuan"), 18),
    (_chinese("shandong"), 18),
    (_chinese("beijing"), 9),
    (_chinese("xinjiang", "Asia/Urumqi"), 6),
    (_american("new_york", "America/New_York", "212 646 718 917 347 929 516 914"), 2),
    (_american("california", "America/Los_Angeles", "213 310 323 415 510 619 650 408"), 2),
)
PLACES = tuple(place for place, _ in _WEIGHTED)
WEIGHTS = tuple(accumulate(weight for _, weight in _WEIGHTED))

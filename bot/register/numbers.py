"""Telephone numbers as lists write them, a million in seconds: numbering plans as regular expressions first.

What the expressions do not know is left to the `phonenumbers` library, which knows every habit and takes its time.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberFormat

from bot.register.errors import NumberError

#: As in the library: a number is valid when it is of a kind that its plan knows.
_KINDS = (
    "mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost",
    "personal_number", "voip", "pager", "uan", "voicemail",
)  # fmt: skip
_NOWHERE = "001"  # calling codes that are no country's
_NEVER = re.compile("(?!)")
_DECORATION = str.maketrans(
    "０１２３４５６７８９＋", "0123456789+", " \t-.()/\u00a0\u2010\u2011\u2013\u3000（）－．"
)
_ROUNDED = re.compile(r"[0-9]+[,]?[0-9]*e\+?[0-9]{1,2}", re.IGNORECASE)  # the point is decoration
_LONGEST = 40
_NOT_IN_PLAN = "is not a telephone number that its country's plan knows"


class NumberReader:
    """For one file: numbers without a calling code are of `region`."""

    def __init__(self, region: str) -> None:
        code = phonenumbers.country_code_for_region(region)
        if not code:
            raise NumberError(f"{region!r} is no country whose telephone numbers are known, such as CN")
        plan = plan_of(str(code)).pattern
        self._region = region
        self._prefix = f"+{code}"
        self._home = re.compile(rf"({plan})|(?:\+|00)?{code}({plan})").fullmatch
        metadata = _metadata(region, code)
        trunk = metadata.national_prefix_for_parsing if metadata is not None else None
        self._dialled = re.compile(
            rf"0|{trunk}" if trunk else "0"
        ).match  # as within the country, or out of it

    def read(self, written: str) -> str:
        """In E.164. Raises NumberError."""
        found = self._home(written)
        if found is not None:
            return self._prefix + (found[1] or found[2])
        if written[:1] == "+" and is_international(written[1:]):
            return written
        if written.isascii() and written.isdigit() and not self._dialled(written):
            raise NumberError(_NOT_IN_PLAN)
        return self._tidied(written.translate(_DECORATION))

    def _tidied(self, written: str) -> str:
        found = self._home(written)
        if found is not None:
            return self._prefix + (found[1] or found[2])
        for start in ("+", "00"):
            if written.startswith(start) and is_international(written[len(start) :]):
                return "+" + written[len(start) :]
        return self._parsed(written)

    def _parsed(self, written: str) -> str:
        if not written:
            raise NumberError("is empty")
        if _ROUNDED.fullmatch(written):
            raise NumberError("was rounded by a spreadsheet: its last digits are lost")
        if len(written) > _LONGEST:
            raise NumberError("is too long for a telephone number")
        try:
            number = phonenumbers.parse(written, self._region)
        except phonenumbers.NumberParseException:
            raise NumberError("is not a telephone number") from None
        if number.extension or not phonenumbers.is_valid_number(number):
            raise NumberError(_NOT_IN_PLAN)
        return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def is_international(digits: str) -> bool:
    """Whether they are a calling code and a number of its plan."""
    for length in (1, 2, 3):
        if is_calling_code(digits[:length]):
            return plan_of(digits[:length]).fullmatch(digits, length) is not None
    return False


@lru_cache(maxsize=1024)
def is_calling_code(code: str) -> bool:
    return (
        code.isascii()
        and code.isdigit()
        and not code.startswith("0")
        and int(code) in COUNTRY_CODE_TO_REGION_CODE
    )


@lru_cache(maxsize=512)
def plan_of(code: str) -> re.Pattern[str]:
    """Every number behind a calling code, of whatever kind, in whichever country shares it."""
    kinds = [
        getattr(plan, kind)
        for region in COUNTRY_CODE_TO_REGION_CODE[int(code)]
        if (plan := _metadata(region, int(code))) is not None
        for kind in _KINDS
    ]
    known = [
        kind.national_number_pattern for kind in kinds if kind is not None and kind.national_number_pattern
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in dict.fromkeys(known))) if known else _NEVER


def _metadata(region: str, code: int) -> PhoneMetadata | None:
    if region == _NOWHERE:
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)

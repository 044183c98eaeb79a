"""Phone numbers and senders: which ones Twilio would take for what they claim to be."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SENDER = re.compile(
    r"""\+[1-9]\d{6,14}                    # a number
    | \d{3,8}                             # a short code
    | (?=.*[A-Za-z])[A-Za-z0-9\ ]{1,11}   # a name""",
    re.ASCII | re.VERBOSE,
)
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#].*)?", re.ASCII)

_COUNTRIES = (("+86", "CN"), ("+852", "HK"), ("+44", "GB"), ("+1", "US"))


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None


def is_sender(text: str) -> bool:
    return _SENDER.fullmatch(text) is not None


def is_webhook_url(text: str) -> bool:
    """An http(s) URL; Twilio takes no underscore in the host's name."""
    return _URL.fullmatch(text) is not None


def place_params(party: str, msisdn: str) -> dict[str, str]:
    """The geographic parameters of a webhook; Twilio fills in the finer ones for the US and Canada alone."""
    country = next((country for prefix, country in _COUNTRIES if msisdn.startswith(prefix)), "")
    return {f"{party}City": "", f"{party}Country": country, f"{party}State": "", f"{party}Zip": ""}

"""What a customer can consent to, as the register, the maps of imports and `customers.consents` name it."""

from __future__ import annotations

from bot.domain.attempts import Channel
from bot.domain.policy.model import PURPOSES

#: In writing, to marketing calls by a recorded or machine-made voice; beside `call:marketing`, not instead of it.
WRITTEN_VOICE = "voice:marketing"
CONSENTS = (*(f"{channel}:{purpose}" for channel in Channel for purpose in PURPOSES), WRITTEN_VOICE)


def channel_of(consent: str) -> str:
    """By which a contact under this consent is made: whoever refuses calls refuses the voice too."""
    channel = consent.partition(":")[0]
    return channel if consent != WRITTEN_VOICE else Channel.CALL.value

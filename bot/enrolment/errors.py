"""Why a campaign cannot be made, enrolled or moved, in one line that names the field."""

from __future__ import annotations


class CampaignError(Exception):
    """Nothing was changed; the message is fit to be shown as it is."""

"""Why a campaign cannot be made, enrolled or moved, in one line that names the field."""

from __future__ import annotations


class CampaignError(Exception):
    """Nothing was changed; the message is fit to be shown as it is.

    Where one field of a campaign is at fault, `field` is its name, and `said` what is wrong with it; `given` goes
    into its places, so that whoever shows it beside the field may say the same in another language.
    """

    def __init__(self, said: str, field: str | None = None, **given: object) -> None:
        words = said.format_map(given) if given else said
        super().__init__(f"{field}: {words}" if field else words)
        self.said, self.field, self.given = said, field, given

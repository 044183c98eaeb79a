"""Why there is no contact, where it is not the gate that says so."""

from __future__ import annotations

from enum import StrEnum


class Beside(StrEnum):
    """Beside `domain.contact.Reason`."""

    GLOBAL_CONTROL = "global_control"  # held out of all marketing
    TOO_LATE = "too_late"  # the contact's own time has passed

"""The policy of a campaign that names none, and the fields that a policy may have at all."""

from __future__ import annotations

from typing import Any

from bot.domain.marks import DEFAULT_MARKS

DEFAULT: dict[str, Any] = {
    "profile": None,
    # Our default after MIIT's "no marketing at rest hours" and industry practice; a law is the operator's to check.
    "hours": {
        "marketing": ["09:00-12:00", "14:00-20:30"],
        "service": ["08:00-22:00"],
    },
    "caps": [
        {"limit": 2, "period": "1d", "channel": "call", "purpose": "marketing", "everywhere": True},
        {"limit": 3, "period": "7d", "channel": "sms", "purpose": "marketing", "everywhere": True},
        {"limit": 8, "period": "30d", "purpose": "marketing", "everywhere": True},
    ],
    "exempt": [],
    "min_gap": {"call": "30m"},
    "holidays": [],
    "zones": {
        "+86": ["Asia/Shanghai", "Asia/Urumqi"],
        "+1": ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"],
    },
    "needs_consent": ["marketing"],
    "marks": DEFAULT_MARKS,
    "sms": {},
    "voice": {},
    "opt_out": {},
    "keep": {},
    "spend": {},
    "brakes": {},
    "approval": {},
}

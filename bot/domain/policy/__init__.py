"""A contact policy as data: permitted hours, caps, consents and what else a place asks, checked when it is read."""

from bot.domain.policy.default import DEFAULT
from bot.domain.policy.fields import Fault, PolicyError
from bot.domain.policy.model import KINDS, PURPOSES, Cap, Conduct, Kind, Per, Policy, RecordedVoice
from bot.domain.policy.read import read_policy
from bot.domain.policy.strictest import strictest

__all__ = [
    "DEFAULT",
    "KINDS",
    "PURPOSES",
    "Cap",
    "Conduct",
    "Fault",
    "Kind",
    "Per",
    "Policy",
    "PolicyError",
    "RecordedVoice",
    "read_policy",
    "strictest",
]

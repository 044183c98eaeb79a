"""The advisory locks of a database, all in one place: two things with one key would wait for each other."""

from __future__ import annotations

MIGRATION = 0x4B4C_0001  # "KL", then a number
BEAT = 0x4B4C_0002  # held for as long as a beat runs
IMPORT = 0x4B4C_0003
OUTGOING_EVENTS = 0x4B4C_0004

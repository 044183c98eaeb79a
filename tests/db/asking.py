"""Small flows that ask a customer something, for tests of several runs at once."""

from __future__ import annotations

_ASK = """\
flow: {name}
title: {{en: A question, zh: 问}}
purpose: {purpose}
expires: 10d
start: ask
steps:
  ask:
    sms:
      en: "{name}: reply 1 to join, STOP to opt out"
      zh: "{name}：回1参加，拒收回T"
    accept: [1]
    expires: 72h
    then: {{reply 1: thank, denied: leave_out, undelivered: end, after 24h: end}}
  leave_out:
    wait: 1d
    then: {{done: end}}
  thank:
    sms: {{en: "{name}: thank you, STOP to opt out", zh: "{name}：谢谢，拒收回T"}}
    expires: 6h
    then: {{delivered: end, undelivered: end}}
"""

_CALL = """\
flow: {name}
title: {{en: A call, zh: 来电}}
purpose: marketing
expires: 10d
start: talk
steps:
  talk:
    call:
      say: {{en: "{name}: press 1", zh: "{name}：请按1"}}
      keys: {{1: end, 0: opt_out}}
    expires: 72h
    then: {{unreached: end, no_key: end}}
"""


def asking(name: str = "asking", purpose: str = "marketing") -> str:
    """One SMS that waits a day for a 1, and thanks for it."""
    return _ASK.format(name=name, purpose=purpose)


def calling(name: str = "calling") -> str:
    return _CALL.format(name=name)

"""Flows for the tests: the shipped one, and a small sound one to spoil a line at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.rules.catalogue import FactorCatalogue, load_catalogue

FLOWS = Path(__file__).parents[3] / "flows"

SOUND = """\
flow: small
title: {en: Small, zh: 小}
purpose: marketing
goal: granted
expires: 10d
offer: {min_recharge: 50, bonus: 10, within: 7d}
start: ask
steps:
  ask:
    sms:
      zh: "【{brand}】{name}您好，余额{balance:money}，回1参加，拒收请回T"
      en: "{brand}: {name}, your balance is {balance:money}. Reply 1 to join, STOP to opt out"
    accept: [1]
    expires: 6h
    then:
      reply 1: paid
      unclear: help
      undelivered: ring
      after 24h: ring
  ring:
    call:
      say: {zh: "参加请按1，不再接听请按0。", en: "To join, press 1. To refuse, press 0."}
      keys: {1: paid, 0: opt_out}
      accept: [1]
      retry: {times: 2, busy: 10m}
    expires: 6h
    then: {unreached: end}
  paid:
    wait_for: recharge
    then:
      recharge: credit
      after offer.within: end
  credit:
    grant: offer.bonus
    then: {granted: end, refused: help}
  help:
    work_order: {queue: retention, due: 4h, script: small}
    then: {closed: end}
"""


def spoilt(old: str, new: str) -> str:
    assert old in SOUND, old
    return SOUND.replace(old, new, 1)


@cache
def small(text: str = SOUND) -> Flow:
    return load_flow(text, "small.yaml")


@cache
def shipped(name: str = "low_balance_recharge") -> Flow:
    return load_flow(FLOWS / f"{name}.yaml", f"flows/{name}.yaml")


@cache
def catalogue() -> FactorCatalogue:
    return load_catalogue(FLOWS / "factors.yaml")

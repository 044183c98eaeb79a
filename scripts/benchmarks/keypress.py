"""Keypress: 200 callers press a key in the same moment and hear what comes next, against an empty Flask route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from bot.domain.attempts import Channel
from scripts.benchmarks import load
from scripts.benchmarks.callbacks import Sent, Signed
from scripts.benchmarks.due import make_due
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds, percentile
from scripts.benchmarks.ground import BARE_WEB, PRODUCT_WEB, Ground
from scripts.benchmarks.load import Answers, BadAnswer, Request

SIZE = 200  # calls at once
_THINKING_S = 2.0  # nobody hears a prompt out in less
_AGAIN, _JOIN = "9", "1"
_WARM_UP = 40


@dataclass(slots=True)
class _Heard:
    """What one kind of load found on one side, round by round."""

    rounds: list[Answers] = field(default_factory=list)

    def p99_ms(self) -> list[float]:
        return [percentile(one.latencies_s, 0.99) * 1000 for one in self.rounds]

    def median_ms(self) -> list[float]:
        return [percentile(one.latencies_s, 0.5) * 1000 for one in self.rounds]


def run(size: int, rounds: int) -> Findings:
    heard = {name: _Heard() for name in ("ours burst", "empty burst", "ours spread", "empty spread")}
    with Ground() as ground:
        calls = _placed_calls(ground, size * rounds + _WARM_UP)
        ours, bare = ground.serve("web", PRODUCT_WEB), ground.serve("bare", BARE_WEB)
        signed = Signed(ground.environment)
        load.in_turn(ours.port, [signed.answered(one) for one in calls], 8)
        warm, calls = calls[:_WARM_UP], calls[_WARM_UP:]
        load.at_once(ours.port, [signed.pressed(one, 1, _AGAIN) for one in warm])
        load.at_once(bare.port, _empty(_WARM_UP))
        for number in range(rounds):
            on_the_line = calls[number * size : (number + 1) * size]
            again = [signed.pressed(one, 1, _AGAIN) for one in on_the_line]
            join = [signed.pressed(one, 2, _JOIN) for one in on_the_line]
            heard["ours spread"].rounds.append(load.over(ours.port, again, _THINKING_S))
            heard["empty spread"].rounds.append(load.over(bare.port, _empty(size), _THINKING_S))
            heard["ours burst"].rounds.append(load.at_once(ours.port, join))
            heard["empty burst"].rounds.append(load.at_once(bare.port, _empty(size)))
        _demand_twiml(heard["ours spread"], b"<Gather")
        _demand_twiml(heard["ours burst"], b"<Hangup")
        _demand_joined(ground, size * rounds)
    return _findings(heard, size, rounds)


def _placed_calls(ground: Ground, number: int) -> list[Sent]:
    (moment,) = make_due(ground, Channel.CALL, [number])
    while ground.wired.voice_outreach.call_due(moment):
        pass
    statement = text("SELECT id, carrier_sid, to_number, sender FROM attempts WHERE status = 'accepted'")
    with ground.wired.engine.connect() as connection:
        return [
            Sent(row.id, row.carrier_sid, row.to_number, row.sender) for row in connection.execute(statement)
        ]


def _empty(number: int) -> Sequence[Request]:
    return [Request.post("/empty", {"Digits": _JOIN}, {})] * number


def _demand_twiml(heard: _Heard, verb: bytes) -> None:
    for answers in heard.rounds:
        if not all(verb in body and b"<Say" in body for body in answers.bodies):
            raise BadAnswer(f"an answer to a key has no {verb.decode()}")


def _demand_joined(ground: Ground, wanted: int) -> None:
    with ground.wired.engine.connect() as connection:
        joined = connection.execute(
            text("SELECT count(*) FROM grants WHERE status = 'accepted'")
        ).scalar_one()
    if joined != wanted:
        raise BadAnswer(f"{joined} customers have joined instead of {wanted}")


def _findings(heard: dict[str, _Heard], size: int, rounds: int) -> Findings:
    titles = {
        "ours spread": f"Keepline, keys within {_THINKING_S:g} s",
        "empty spread": f"empty route, within {_THINKING_S:g} s",
        "ours burst": "Keepline, keys in one moment",
        "empty burst": "empty route, in one moment",
    }
    p99 = {name: Figure(title, "p99 ms", heard[name].p99_ms()) for name, title in titles.items()}
    middle = [Figure(title, "median ms", heard[name].median_ms()) for name, title in titles.items()]
    targets = []
    for load_name, where in (("spread", f"within {_THINKING_S:g} s"), ("burst", "in one moment")):
        ours, empty = p99[f"ours {load_name}"], p99[f"empty {load_name}"]
        targets += [
            Target(f"p99 against the empty route, {where}", of_rounds(ours, empty), Want.AT_MOST, 3),
            Target(f"p99, {where}", ours.median, Want.AT_MOST, 100, "ms"),
        ]
    load_words = f"{size} calls on the line, a connection each, {rounds} rounds"
    return Findings("keypress", load_words, [*p99.values(), *middle], targets)

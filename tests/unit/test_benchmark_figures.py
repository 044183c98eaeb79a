"""The arithmetic behind the benchmarks' figures."""

from __future__ import annotations

import os

import pytest

from scripts.benchmarks.cost import spent, tree_cpu
from scripts.benchmarks.figures import Figure, Target, Want, of_rounds, percentile
from scripts.benchmarks.load import Request


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    # The second round was slow for both: its ratio is as good as any other.
    ours, theirs = Figure("ours", "1/s", [80, 30, 70]), Figure("theirs", "1/s", [100, 50, 100])
    assert of_rounds(ours, theirs) == pytest.approx(0.7)


def test_a_ratio_needs_as_many_rounds_on_both_sides() -> None:
    with pytest.raises(ValueError, match="shorter"):
        of_rounds(Figure("ours", "1/s", [1, 2]), Figure("theirs", "1/s", [1]))


@pytest.mark.parametrize(("share", "found"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, found: int) -> None:
    assert percentile(range(100, 0, -1), share) == found


@pytest.mark.parametrize(
    ("want", "value", "met"),
    [
        (Want.AT_LEAST, 0.6, True),
        (Want.AT_LEAST, 0.59, False),
        (Want.AT_MOST, 0.6, True),
        (Want.AT_MOST, 0.61, False),
    ],
)
def test_a_target_is_met_at_its_bound(want: Want, value: float, met: bool) -> None:
    assert Target("t", value, want, 0.6).met is met


def test_the_processor_time_of_a_tree_holds_that_of_its_root() -> None:
    with spent(lambda: tree_cpu(os.getpid())) as cost:
        sum(range(3_000_000))
    assert cost.cpu_s > 0
    assert cost.wall_s > 0


def test_a_prepared_request_is_whole() -> None:
    wire = Request.post("/twilio/sms/status?a=1", {"Body": "你 &"}, {"X-Twilio-Signature": "s"}).wire
    head, _, body = wire.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /twilio/sms/status?a=1 HTTP/1.1\r\n")
    assert b"\r\nX-Twilio-Signature: s" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert body == b"Body=%E4%BD%A0+%26"

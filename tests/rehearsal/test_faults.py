import pytest

from rehearsal.chance import Chance
from rehearsal.faults import NO_FAULTS, FaultRates, Faults, UnknownFault, parse_faults


def test_without_rates_nothing_strikes() -> None:
    faults = Faults(Chance(1), NO_FAULTS)
    assert not any(faults.strikes("lost_response") for _ in range(100))
    assert not faults.limits_rate()
    assert faults.slowness() == 0
    assert not faults.applied


def test_a_fault_strikes_about_as_often_as_its_rate_and_is_counted() -> None:
    faults = Faults(Chance(3), FaultRates(lost_response=0.2))
    struck = sum(faults.strikes("lost_response") for _ in range(5000))
    assert 900 < struck < 1100
    assert faults.applied == {"lost_response": struck}


def test_the_same_seed_strikes_on_the_same_occasions_and_another_does_not() -> None:
    def occasions(seed: int) -> list[bool]:
        faults = Faults(Chance(seed), FaultRates(lost_callback=0.3))
        return [faults.strikes("lost_callback") for _ in range(200)]

    assert occasions(5) == occasions(5)
    assert occasions(5) != occasions(6)


def test_a_burst_refuses_the_requests_that_follow_the_first() -> None:
    faults = Faults(Chance(1), FaultRates(rate_limit=1.0, rate_limit_burst=3))
    assert faults.limits_rate()
    faults.rates = FaultRates(rate_limit_burst=3)
    assert [faults.limits_rate() for _ in range(4)] == [True, True, True, False]


def test_a_rejected_number_is_rejected_every_time() -> None:
    faults = Faults(Chance(1), FaultRates(reject=0.5))
    numbers = [f"+86138000{number:05d}" for number in range(50)]
    first = [faults.rejects(number) for number in numbers]
    assert first == [faults.rejects(number) for number in numbers]
    assert set(first) == {True, False}


def test_rates_are_read_from_the_command_line() -> None:
    rates = parse_faults("lost_response=0.02, rate_limit=0.5,slow_ms=20,rate_limit_burst=4,")
    assert rates == FaultRates(lost_response=0.02, rate_limit=0.5, slow_ms=20, rate_limit_burst=4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lost_responses=0.1", "unknown fault 'lost_responses'"),
        ("lost_response=1.5", "not a rate from 0 to 1"),
        ("lost_response=often", "'often' is not a number"),
        ("lost_response", "'' is not a number"),
        ("slow_ms=-1", "not a number from 0 up"),
    ],
)
def test_an_odd_fault_is_named(text: str, message: str) -> None:
    with pytest.raises(UnknownFault, match=message):
        parse_faults(text)

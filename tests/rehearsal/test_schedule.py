import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.schedule import ClockMovesBackwards, Life, RealClock, Schedule, VirtualClock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def later(**how_much: float) -> datetime:
    return NOON + timedelta(**how_much)


def test_everything_due_happens_in_the_order_of_its_time_with_its_own_time() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON), concurrency=1)
        seen: list[tuple[str, datetime]] = []

        def note(name: str):  # type: ignore[no-untyped-def]
            async def action(at: datetime) -> None:
                seen.append((name, at))

            return action

        schedule.put(later(minutes=3), "b", note("third"))
        schedule.put(later(minutes=1), "a", note("first"))
        schedule.put(later(minutes=2), "c", note("second"))
        schedule.put(later(hours=9), "c", note("never"))
        await schedule.advance(later(hours=1))
        assert seen == [
            ("first", later(minutes=1)),
            ("second", later(minutes=2)),
            ("third", later(minutes=3)),
        ]
        assert schedule.next_event_at == later(hours=9)
        assert schedule.idle

    asyncio.run(story())


def test_follow_ups_within_the_jump_happen_in_the_same_jump() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))
        seen: list[datetime] = []

        async def every_minute(at: datetime) -> None:
            seen.append(at)
            schedule.put(at + timedelta(minutes=1), "a", every_minute)

        schedule.put(later(minutes=1), "a", every_minute)
        await schedule.advance(later(minutes=10))
        assert seen == [later(minutes=minute) for minute in range(1, 11)]

    asyncio.run(story())


def test_one_lane_never_overlaps_and_keeps_its_order_while_lanes_run_side_by_side() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON), concurrency=4)
        running: set[str] = set()
        most_at_once = 0
        order: dict[str, list[datetime]] = {}

        def on(lane: str):  # type: ignore[no-untyped-def]
            async def action(at: datetime) -> None:
                nonlocal most_at_once
                assert lane not in running
                running.add(lane)
                most_at_once = max(most_at_once, len(running))
                order.setdefault(lane, []).append(at)
                for _ in range(3):
                    await asyncio.sleep(0)
                running.discard(lane)

            return action

        for minute in range(20):
            for lane in "abcdef":
                schedule.put(later(minutes=20 - minute), lane, on(lane))
        await schedule.advance(later(hours=1))
        assert most_at_once == 4
        assert all(times == sorted(times) and len(times) == 20 for times in order.values())

    asyncio.run(story())


def test_a_follow_up_overtakes_what_waits_for_its_lane_when_its_time_is_earlier() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))
        seen: list[str] = []

        async def early(at: datetime) -> None:
            async def follow_up(at: datetime) -> None:
                seen.append("follow-up")

            await asyncio.sleep(0)
            schedule.put(at + timedelta(seconds=1), "a", follow_up)
            seen.append("early")

        async def late(at: datetime) -> None:
            seen.append("late")

        schedule.put(later(seconds=10), "a", early)
        schedule.put(later(seconds=20), "a", late)
        await schedule.advance(later(minutes=1))
        assert seen == ["early", "follow-up", "late"]

    asyncio.run(story())


def test_the_clock_does_not_go_back_and_the_real_one_is_not_set() -> None:
    async def story() -> None:
        with pytest.raises(ClockMovesBackwards, match="stands at"):
            await Schedule(VirtualClock(NOON)).advance(later(seconds=-1))
        with pytest.raises(ClockMovesBackwards, match="nobody sets"):
            await Schedule(RealClock()).advance(later(days=1))

    asyncio.run(story())


def test_it_is_not_idle_while_a_request_is_in_flight_and_advance_waits_for_it() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))
        schedule.request_began()
        advancing = asyncio.ensure_future(schedule.advance(later(minutes=1)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not advancing.done()
        assert not schedule.idle
        schedule.request_ended()
        await asyncio.wait_for(advancing, 5)
        assert schedule.idle

    asyncio.run(story())


def test_what_is_put_at_the_present_moment_happens_without_a_jump() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))
        happened = asyncio.Event()

        async def action(at: datetime) -> None:
            happened.set()

        schedule.put(NOON, "a", action)
        assert not schedule.idle
        await asyncio.wait_for(happened.wait(), 5)

    asyncio.run(story())


def test_a_bug_in_an_action_comes_out_of_the_jump_that_met_it(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))

        async def broken(at: datetime) -> None:
            raise LookupError("a bug")

        schedule.put(later(seconds=1), "a", broken)
        with pytest.raises(LookupError, match="a bug"):
            await schedule.advance(later(minutes=1))
        await schedule.advance(later(minutes=2))

    asyncio.run(story())
    assert "an event of the rehearsal failed" in caplog.text


def test_a_life_goes_on_at_the_moments_it_names_and_can_be_woken_early_once() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON))
        lived: list[datetime] = []

        async def tell(life: Life) -> AsyncGenerator[datetime, None]:
            lived.append(life.at)
            yield life.at + timedelta(hours=5)
            lived.append(life.at)
            yield life.at + timedelta(hours=1)
            lived.append(life.at)

        life = schedule.begin("a", later(minutes=1), tell)
        await schedule.advance(later(minutes=2))
        schedule.wake(life)
        await schedule.advance(later(days=1))
        assert lived == [later(minutes=1), later(minutes=2), later(hours=1, minutes=2)]
        assert life.over

    asyncio.run(story())


def test_on_the_real_clock_things_happen_by_themselves() -> None:
    async def story() -> None:
        schedule = Schedule(RealClock())
        happened = asyncio.Event()

        async def action(at: datetime) -> None:
            happened.set()

        schedule.put(schedule.now + timedelta(milliseconds=20), "a", action)
        await asyncio.wait_for(happened.wait(), 5)
        await schedule.close()

    asyncio.run(story())


def test_a_life_that_has_not_begun_can_begin_at_once_even_while_the_clock_is_catching_up() -> None:
    async def story() -> None:
        schedule = Schedule(VirtualClock(NOON), concurrency=1)
        begun: list[datetime] = []

        async def tell(life: Life) -> AsyncGenerator[datetime, None]:
            begun.append(life.at)
            yield life.at + timedelta(days=1)

        async def begin_another(at: datetime) -> None:
            schedule.wake(schedule.begin("b", later(hours=2), tell))

        schedule.put(later(minutes=1), "a", begin_another)
        schedule.put(later(minutes=2), "a", begin_another)
        await schedule.advance(later(minutes=10))
        assert begun == [later(minutes=10), later(minutes=10)]

    asyncio.run(story())

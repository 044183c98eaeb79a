"""Answers a create that was accepted: properly, or with one of the faults that leave the caller in doubt."""

import asyncio

from aiohttp import web

from rehearsal.carrier import Carrier
from rehearsal.refusals import Refusal
from rehearsal.schedule import Life

_LONGEST_WAIT = 2.0  # seconds of real time given to a callback that is to overtake its answer


async def answer_create(
    carrier: Carrier, request: web.Request, life: Life, faults_of_resource: list[str], body: bytes
) -> web.Response:
    faults = carrier.faults
    if faults.strikes("callback_before_response"):
        faults_of_resource.append("callback_before_response")
        await _let_callback_overtake(carrier, life)
    if faults.strikes("lost_response"):
        faults_of_resource.append("lost_response")
        return drop_connection(request)
    if faults.strikes("error_after_accept"):
        faults_of_resource.append("error_after_accept")
        code = carrier.chance.pick((20500, 20503), "error", life.lane, life.at)
        return Refusal(code).answer()
    return web.Response(body=body, status=201, content_type="application/json")


def drop_connection(request: web.Request) -> web.Response:
    """Close the connection with nothing said; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _let_callback_overtake(carrier: Carrier, life: Life) -> None:
    """Bounded, so that a product which answers callbacks only after its create returned still gets on."""
    life.stepped = asyncio.get_running_loop().create_future()
    carrier.schedule.wake(life)
    await asyncio.wait({life.stepped}, timeout=_LONGEST_WAIT)

"""A carrier on the loopback: it answers as it is told, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """Answers every request with `answer`, and keeps what was asked."""

    answer: Answer
    port: int = 0
    asked: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        fields = await request.post() if request.method == "POST" else request.query
        self.asked.append(
            (request.method, request.path, [(name, str(value)) for name, value in fields.items()])
        )
        self.headers.append(dict(request.headers))
        return await self.answer(request)


def created(sid: str | None) -> Answer:
    return answering(201, {"sid": sid, "status": "queued"})


def answering(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=headers)

    return answer


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def silence(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def half_an_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"sid": "SM')
    assert request.transport is not None
    request.transport.abort()
    return response


def refusal(status: int, code: int) -> Answer:
    return answering(status, {"code": code, "message": "no", "more_info": "...", "status": status})

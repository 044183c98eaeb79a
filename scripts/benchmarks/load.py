"""Load on a web process: kept-alive connections that send prepared requests and time each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvloop

_PATIENCE_S = 30


class BadAnswer(Exception):
    """A request was not answered as the benchmark needs; the message says how."""


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request as bytes, so that preparing it costs nothing while the clock runs."""

    wire: bytes

    @classmethod
    def post(cls, target: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Request:
        body = urlencode(form).encode()
        lines = [
            f"POST {target} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return cls("\r\n".join([*lines, "", ""]).encode() + body)


@dataclass(slots=True)
class Answers:
    wall_s: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


def in_turn(port: int, requests: Sequence[Request], concurrency: int) -> Answers:
    """Each connection sends its next request when its last was answered."""
    return _run(lambda: _in_turn(port, requests, concurrency))


def at_once(port: int, requests: Sequence[Request]) -> Answers:
    """A connection for each request, all open before the first is sent; then all in the same moment."""
    return _run(lambda: _paced(port, requests, 0))


def over(port: int, requests: Sequence[Request], seconds: float) -> Answers:
    """A connection for each request again, but they begin evenly spread over a time, whatever the answers do."""
    return _run(lambda: _paced(port, requests, seconds))


def _run(work: Callable[[], Coroutine[Any, Any, Answers]]) -> Answers:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work())


async def _in_turn(port: int, requests: Sequence[Request], concurrency: int) -> Answers:
    lines = await _connect(port, concurrency)
    answers, waiting = Answers(), iter(requests)
    began = time.perf_counter()
    await asyncio.gather(*(_work_off(line, waiting, answers) for line in lines))
    answers.wall_s = time.perf_counter() - began
    _close(lines)
    return answers


async def _work_off(line: _Line, waiting: Iterator[Request], answers: Answers) -> None:
    for request in waiting:
        await line.ask(request, answers)


async def _paced(port: int, requests: Sequence[Request], seconds: float) -> Answers:
    lines = await _connect(port, len(requests))
    answers = Answers()
    gap = seconds / len(requests)
    began = time.perf_counter()
    await asyncio.gather(
        *(
            _ask_at(line, request, began + gap * number, answers)
            for number, (line, request) in enumerate(zip(lines, requests, strict=True))
        )
    )
    answers.wall_s = time.perf_counter() - began
    _close(lines)
    return answers


async def _ask_at(line: _Line, request: Request, moment: float, answers: Answers) -> None:
    delay = moment - time.perf_counter()
    if delay > 0:
        await asyncio.sleep(delay)
    await line.ask(request, answers)


@dataclass(frozen=True, slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: Request, answers: Answers) -> None:
        began = time.perf_counter()
        self.writer.write(request.wire)
        async with asyncio.timeout(_PATIENCE_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            body = await self._body(head)
        answers.latencies_s.append(time.perf_counter() - began)
        answers.bodies.append(body)

    async def _body(self, head: bytes) -> bytes:
        status, *fields = head.decode("latin-1").lower().split("\r\n")
        if not status.startswith("http/1.1 2"):
            raise BadAnswer(f"answered {status.partition(' ')[2]!r}")
        lengths = [line.partition(":")[2] for line in fields if line.startswith("content-length:")]
        return await self.reader.readexactly(int(lengths[0])) if lengths else b""


async def _connect(port: int, number: int) -> list[_Line]:
    return [_Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(number)]


def _close(lines: Sequence[_Line]) -> None:
    for line in lines:
        line.writer.close()

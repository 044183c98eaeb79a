"""A rehearsal on loopback, and what stands in for the product which it calls back."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from twilio.request_validator import RequestValidator

from rehearsal.options import read_options
from rehearsal.server import serving

ROOT = Path(__file__).parents[2]
ACCOUNT_SID = "AC" + "a1" * 16
AUTH_TOKEN = "token-of-the-account"
BILLING_TOKEN = "token-of-billing"
BILLING_SECRET = "secret-of-billing"
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SENDER = "+8610690000"
WAIT = 20  # seconds of real time that anything here may take


@dataclass(frozen=True)
class Received:
    path: str
    form: dict[str, str]
    raw: bytes
    headers: dict[str, str]
    signed: bool


@dataclass
class Product:
    """Remembers what it was told and answers as each test says."""

    base_url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: dict[str, Callable[[Received], tuple[int, str]]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return self.base_url + path

    def at(self, path: str) -> list[Received]:
        return [request for request in self.received if urlsplit(request.path).path == path]

    def says(self, path: str, twiml: str) -> None:
        self.answers[path] = lambda _: (200, f"<Response>{twiml}</Response>")

    def answer(self, request: Received) -> tuple[int, str]:
        say = self.answers.get(urlsplit(request.path).path)
        return say(request) if say else (204, "")


def handler_of(product: Product) -> type[BaseHTTPRequestHandler]:
    validator = RequestValidator(AUTH_TOKEN)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = "form" in self.headers.get("Content-Type", "")
            parsed = parse_qs(raw.decode(), keep_blank_values=True) if is_form else {}
            form = {name: values[0] for name, values in parsed.items()}
            signature = self.headers.get("X-Twilio-Signature", "")
            signed = validator.validate(product.base_url + self.path, form, signature)
            request = Received(self.path, form, raw, dict(self.headers), bool(signed))
            product.received.append(request)
            status, body = product.answer(request)
            payload = body.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return Handler


@dataclass
class Rehearsal:
    """A driver's view of a rehearsal process."""

    base_url: str
    now: datetime = START

    def get(self, path: str) -> Any:
        response = requests.get(f"{self.base_url}/rehearsal/{path}", timeout=WAIT)
        response.raise_for_status()
        return response.json()

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(f"{self.base_url}/rehearsal/{path}", json=body, timeout=WAIT)

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        response = requests.get(f"{self.base_url}/rehearsal/ledger/{kind}", timeout=WAIT)
        response.raise_for_status()
        return [json.loads(line) for line in response.content.splitlines()]

    def advance(self, **how_far: float) -> dict[str, Any]:
        self.now += timedelta(**how_far)
        response = self.post("clock", {"now": self.now.isoformat()})
        assert response.status_code == 200, response.text
        state: dict[str, Any] = response.json()
        assert state["idle"]
        return state

    def register(self, msisdn: str, persona: str, **facts: Any) -> None:
        customer = {"msisdn": msisdn, "persona": persona, "language": "zh", "sms_habit": True, **facts}
        response = self.post("customers", {"horizon_days": 0, "customers": [customer]})
        assert response.status_code == 200, response.text

    def set_faults(self, **rates: float) -> None:
        response = self.post("faults", rates)
        assert response.status_code == 200, response.text


def environment(**more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "BILLING_API_TOKEN": BILLING_TOKEN,
        "BILLING_WEBHOOK_SECRET": BILLING_SECRET,
        **more,
    }


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[Rehearsal]:
    """The real server, on a thread of its own: it starts in milliseconds."""
    options = read_options(["--start", START.isoformat(), *arguments], environment(**variables))
    ports: Queue[int] = Queue()
    stopping: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        stop = asyncio.Event()
        async with serving(options) as port:
            stopping.put((asyncio.get_running_loop(), stop))
            ports.put(port)
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield Rehearsal(f"http://127.0.0.1:{ports.get(timeout=WAIT)}")
    finally:
        loop, stop = stopping.get(timeout=WAIT)
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT)
        assert not thread.is_alive()

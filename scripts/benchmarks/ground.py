"""Where the benchmarks run: a rehearsal's embedded servers and pretend carrier, and only the processes measured."""

from __future__ import annotations

import contextlib
import http.client
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.cli.run import web, web_command
from bot.config import ROOT
from scripts.rehearsing.stack import Stack, StackError, free_port

# Monday, 11:30 in Shanghai and 09:30 in Urumqi: marketing is permitted even where the zone is one of the two.
START = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
FOLDER = ROOT / "var" / "bench"
PRODUCT_WEB, BARE_WEB = "wsgi:app", "scripts.benchmarks.bare_web:app"
_READY_WITHIN_S = 30


class Ground(Stack):
    """The carrier's clock stands still all the while, so that it calls nobody back and rings nobody up."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(FOLDER, START, seed)

    def start_product(self, web_port: int) -> None:
        """Nothing yet: each benchmark starts what it measures."""

    def stop(self) -> None:
        if hasattr(self, "wired") and "carrier" in vars(self.wired):
            self.wired.carrier.close()
            del self.wired.carrier
        super().stop()

    def serve(self, name: str, application: str) -> Web:
        """`application` under the settings of gunicorn with which `keepline run web` starts the product."""
        port = free_port()
        command = web_command("127.0.0.1", port, threads=_usual("threads"), workers=_usual("workers"))
        command[command.index(PRODUCT_WEB)] = application
        self.start_process(name, command)
        started = Web(port, self.pid(name))
        self._wait_for(started, name)
        return started

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def _wait_for(self, started: Web, name: str) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while not started.answers():
            self.check_alive()
            if time.monotonic() > deadline:
                raise StackError(f"{name} is not answering; see {self.folder / (name + '.log')}")
            time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Web:
    port: int
    pid: int

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except OSError:
                return False


def _usual(setting: str) -> int:
    """The default of an option of `keepline run web`."""
    return next(int(str(option.default)) for option in web.params if option.name == setting)

"""Every process of a rehearsal on loopback: embedded servers, the pretend carrier, web, worker and beat."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from celery import Celery
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot import embedded
from bot.bell import Bell, Queue
from bot.bootstrap import Wired
from bot.cli.run import start_child, stop_children, web_command, worker_command
from bot.clock import SharedClock
from bot.config import ROOT, load_settings
from bot.store.migrate import migrate
from bot.tasks.configuration import configuration
from bot.tasks.names import TASK_OF
from scripts.rehearsing.carrier import Carrier

SMS_SENDER, VOICE_SENDER, MANAGER_LINE = "+8610655500001", "+861055500001", "+861055500002"
MANAGER_PHONE = "+8613955500003"  # of every manager: rung for a call by hand
_READY_WITHIN_S = 60


class StackError(Exception):
    """A process did not start; the message says which, and where its log is."""


@dataclass
class Stack:
    """`with Stack(...) as stack:` starts everything and stops it again, whatever happens inside."""

    folder: Path
    start: datetime
    seed: int
    faults: str = ""
    worker_concurrency: int = 2
    clock: SharedClock = field(init=False)
    wired: Wired = field(init=False)
    carrier: Carrier = field(init=False)
    console_url: str = field(init=False)
    environment: dict[str, str] = field(init=False, default_factory=dict)
    _servers: embedded.Embedded | None = field(init=False, default=None)
    _children: dict[str, subprocess.Popen[bytes]] = field(init=False, default_factory=dict)
    _lock: IO[str] | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        stop_children(list(self._children.values()))
        for child in self._children.values():
            if child.stdout is not None:
                child.stdout.close()
        self._children.clear()
        if hasattr(self, "carrier"):
            self.carrier.close()
        if hasattr(self, "wired"):
            self.wired.engine.dispose()
        if self._servers is not None:
            self._servers.stop()
            self._servers = None
        if self._lock is not None:
            self.environment_file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _start(self) -> None:
        self.folder = self._take_folder(self.folder)
        self._servers = embedded.start(
            self.folder,
            database_url=os.environ.get("DATABASE_URL"),
            redis_url=os.environ.get("REDIS_URL"),
        )
        clock_file = self.folder / "clock"
        self.clock = SharedClock.create(clock_file, self.start)
        web_port = free_port()
        self.console_url = f"http://127.0.0.1:{web_port}"
        self.environment = self._environment(self._servers, clock_file, self.console_url)
        rehearsal_port = self._start_rehearsal()
        base = f"http://127.0.0.1:{rehearsal_port}"
        self.environment["TWILIO_API_BASE_URL"] = base
        self.environment["BILLING_API_BASE_URL"] = f"{base}/tmf-api/prepayBalanceManagement/v4"
        self.wired = Wired(load_settings({**os.environ, **self.environment}))
        migrate(self.wired.engine)
        self.carrier = Carrier("127.0.0.1", rehearsal_port, self.environment["REHEARSAL_TOKEN"])
        self._write_environment()
        self.start_product(web_port)

    @property
    def environment_file(self) -> Path:
        """For a shell: whoever sources it has `scripts/keepline` work on this rehearsal."""
        return self.folder / "environment"

    def _write_environment(self) -> None:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(self.environment.items())]
        self.environment_file.touch(mode=0o600)
        self.environment_file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def start_product(self, web_port: int) -> None:
        """All that a campaign needs; a benchmark starts only what it measures."""
        self.start_process("web", web_command("127.0.0.1", web_port, threads=16, workers=1))
        self.start_worker()
        self.start_process("beat", [sys.executable, "-m", "bot", "run", "beat"])
        self._wait_for_web()

    @cached_property
    def bell(self) -> Bell:
        """Rings this stack's worker, as a webhook would."""
        client = Celery("driver")
        client.conf.update(configuration(self.environment["REDIS_URL"], self.folder))

        def publish(queue: Queue) -> None:
            client.send_task(TASK_OF[queue], queue=queue.value, expires=30)

        return self.wired.bell(publish)

    def start_worker(self, name: str = "worker") -> None:
        queues = ",".join(queue.value for queue in Queue)
        self.start_process(name, worker_command(queues, self.worker_concurrency))

    def start_process(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = start_child(command, self.environment, log.fileno())

    def kill(self, name: str) -> None:
        """As a crash would: the whole process group, without a word."""
        child = self._children.pop(name)
        os.killpg(child.pid, 9)
        child.wait()
        self.wired.attendance.forget(child.pid)

    def check_alive(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                raise StackError(f"{name} ended with {child.returncode}; see {self.folder / (name + '.log')}")

    def _take_folder(self, wanted: Path) -> Path:
        """The first folder that no other rehearsal is using: `demo`, `demo-2` ..."""
        for number in range(1, 20):
            folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            self._lock = lock
            return folder
        raise StackError(f"{wanted}: twenty rehearsals are running already")

    def _environment(self, servers: embedded.Embedded, clock_file: Path, public_url: str) -> dict[str, str]:
        return {
            "DATABASE_URL": fresh_database(servers.database_url),
            "REDIS_URL": servers.redis_url,
            "KEEPLINE_VAR": str(self.folder),
            "KEEPLINE_CLOCK_FILE": str(clock_file),
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_API_BASE_URL": "http://127.0.0.1:1",
            "SMS_SENDER": SMS_SENDER,
            "VOICE_SENDER": VOICE_SENDER,
            "MANAGER_LINE": MANAGER_LINE,
            # The rehearsed carrier has no limits of its own; what paces real senders would only cost time.
            "SMS_PER_SECOND": "100000",
            "CALLS_PER_SECOND": "100000",
            "BILLING_API_TOKEN": secrets.token_hex(16),
            "BILLING_WEBHOOK_SECRET": secrets.token_hex(16),
            "PUBLIC_BASE_URL": public_url,
            "SECRET_KEY": secrets.token_hex(16),
            "REHEARSAL_TOKEN": secrets.token_hex(16),
            "CONSOLE_TIME_ZONE": os.environ.get("CONSOLE_TIME_ZONE", "Asia/Shanghai"),
            "BRAND_ZH": os.environ.get("BRAND_ZH", "畅联通信"),
            "BRAND_EN": os.environ.get("BRAND_EN", "Clearline"),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }

    def _start_rehearsal(self) -> int:
        command = [
            sys.executable, "-m", "rehearsal", "--port", "0", "--start", self.start.isoformat(),
            "--seed", str(self.seed), "--faults", self.faults,
            "--inbound-sms-url", f"{self.console_url}/twilio/sms/inbound",
            "--billing-event-url", f"{self.console_url}/billing/events",
            "--business-event-url", f"{self.console_url}/business/events",
        ]  # fmt: skip
        log_path = self.folder / "rehearsal.log"
        with log_path.open("ab") as log:
            child = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                start_new_session=True,
                preexec_fn=embedded.die_with_parent,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        self._children["rehearsal"] = child
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise StackError(f"the rehearsal did not start; see {log_path}")
        return int(json.loads(line)["port"])

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while True:
            self.check_alive()
            try:
                with urllib.request.urlopen(f"{self.console_url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise StackError(f"web is not answering; see {self.folder / 'web.log'}") from None
                time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fresh_database(server_url: str, name: str = "keepline_rehearsal") -> str:
    """An empty database beside whatever else the server holds."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

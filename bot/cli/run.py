"""`keepline run`: the processes, each alone as in the Procfile, or all together on one machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import click

from bot import embedded
from bot.bell import Queue
from bot.bootstrap import wired
from bot.config import load_settings
from bot.domain.unknown_names import there_is_no
from bot.store import locks
from bot.store.migrate import migrate

_ALL_QUEUES = ",".join(queue.value for queue in Queue)


@click.group("run")
def group() -> None:
    """Start Keepline itself: all of it on one machine, or one process."""


@group.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
@click.option(
    "--threads",
    default=16,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Requests at a time, of each process.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def web(host: str, port: int, threads: int, workers: int) -> None:
    """Start the web process: console, API and the carrier's callbacks."""
    load_settings()
    demand_free_port(host, port)
    _become(web_command(host, port, threads=threads, workers=workers))


@group.command("worker")
@click.option("--queues", default=_ALL_QUEUES, show_default=True, help="Which of them, with commas.")
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def worker(queues: str, concurrency: int) -> None:
    """Start workers, for all queues or some."""
    known = {queue.value for queue in Queue}
    for unknown in sorted(set(queues.split(",")) - known):
        raise click.BadParameter(there_is_no("queue", unknown, known), param_hint="--queues")
    load_settings()
    _become(worker_command(queues, concurrency))


@group.command("beat")
def beat() -> None:
    """Start the clock that wakes the workers every second. A second one waits until the first is gone."""
    parts = wired()
    with parts.engine.connect() as connection:
        waiting_said = False
        while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({locks.BEAT})").scalar():
            if not waiting_said:
                click.echo("another beat is running; waiting for it to end", err=True)
                waiting_said = True
            connection.rollback()
            time.sleep(1)
        connection.commit()
        from bot.tasks.app import app  # Celery reads the settings at import: only this process needs it

        # The lock lives as long as this connection, and so as long as this process.
        app.Beat(loglevel="WARNING", quiet=True).run()


@group.command("rehearsal", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def rehearsal(arguments: tuple[str, ...]) -> None:
    """Start the pretend carrier, billing system and customers; --help lists its own options."""
    _become([sys.executable, "-m", "rehearsal", *arguments])


@group.command("all")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
def everything(port: int) -> None:
    """Start web, worker and beat on this machine; Ctrl-C stops all.

    Without DATABASE_URL and REDIS_URL it starts its own PostgreSQL and Valkey.
    """
    settings = load_settings()
    demand_free_port("127.0.0.1", port)
    servers = embedded.start(
        settings.var_dir, database_url=settings.database_url, redis_url=settings.redis_url
    )
    environment = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    os.environ.update(environment)
    children: list[subprocess.Popen[bytes]] = []
    try:
        migrate(wired().engine)
        commands = [
            web_command("127.0.0.1", port, threads=16, workers=1),
            worker_command(_ALL_QUEUES, 2),
            [sys.executable, "-m", "bot", "run", "beat"],
        ]
        children = [start_child(command, environment) for command in commands]
        click.echo(
            f"Keepline is running: {settings.public_base_url} (console on port {port}). Ctrl-C stops it."
        )
        _wait_for_any(children)
    except KeyboardInterrupt:
        click.echo("stopping ...", err=True)
    finally:
        stop_children(children)
        servers.stop()


def web_command(host: str, port: int, *, threads: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{host}:{port}",
        "--worker-class", "gthread", "--threads", str(threads), "--workers", str(workers),
        "--keep-alive", "30", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def worker_command(queues: str, concurrency: int) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "bot.tasks.app", "worker", "--queues", queues,
        "--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--loglevel", "WARNING",
    ]  # fmt: skip


def demand_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"port {port} on {host}: {error.strerror}") from None


def start_child(
    command: Sequence[str], environment: Mapping[str, str], log: int | None = None
) -> subprocess.Popen[bytes]:
    """A session of its own: Ctrl-C reaches only the parent, which stops its children in order."""
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=embedded.die_with_parent,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
    )


def stop_children(children: Sequence[subprocess.Popen[bytes]], patience_s: float = 15) -> None:
    """SIGTERM to all, then SIGKILL to the process group of whoever is deaf to it."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait_for_any(children: Sequence[subprocess.Popen[bytes]]) -> None:
    while True:
        for child in children:
            if child.poll() is not None:
                raise click.ClickException(f"{' '.join(map(str, child.args[2:5]))} ended unexpectedly")  # type: ignore[index]
        time.sleep(0.5)


def _become(command: Sequence[str]) -> None:
    os.execv(command[0], list(command))

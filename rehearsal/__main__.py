"""Starts a rehearsal from the command line: `python -m rehearsal --port N ...`."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable

from rehearsal.options import BadOption, Options, read_options
from rehearsal.server import serving


async def serve(options: Options) -> None:
    """Serve until SIGINT or SIGTERM; says on stdout, in one JSON line, when it is ready and where."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(options) as port:
        sys.stdout.write(json.dumps({"ready": True, "port": port}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> int:
    try:
        options = read_options(sys.argv[1:], os.environ)
    except BadOption as error:
        sys.stderr.write(f"rehearsal: {error}\n")
        return 2
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(options))
    except OSError as error:
        reason = error.strerror or error
        sys.stderr.write(f"rehearsal: cannot listen on {options.host}:{options.port}: {reason}\n")
        return 1
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # pure asyncio does as well, at about half the rate
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main())

"""A rehearsal and a stand-in for the product, both on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from tests.rehearsal.stand_ins import WAIT, Product, Rehearsal, handler_of, running


@pytest.fixture
def product() -> Iterator[Product]:
    stand_in = Product()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(stand_in))
    server.daemon_threads = True
    stand_in.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join(WAIT)


@pytest.fixture
def rehearsal(product: Product) -> Iterator[Rehearsal]:
    """A rehearsal that tells the product of texts and top-ups."""
    with running(
        "--inbound-sms-url",
        product.url("/inbound"),
        "--billing-event-url",
        product.url("/billing"),
        "--seed",
        "7",
    ) as process:
        yield process


@pytest.fixture(scope="module")
def plain_rehearsal() -> Iterator[Rehearsal]:
    """One for all tests of a module that leave no trace in it."""
    with running() as process:
        yield process

"""The driver's controls, the ledger, who may use them, and the command line."""

import re
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
import requests

from rehearsal.options import BadOption, read_options
from tests.rehearsal.stand_ins import ACCOUNT_SID, ROOT, START, WAIT, Rehearsal, environment, running

CREDENTIALS = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": "t"}

needs_sockets = pytest.mark.enable_socket


@needs_sockets
def test_the_state_says_what_a_driver_needs(plain_rehearsal: Rehearsal) -> None:
    state = plain_rehearsal.get("state")
    assert state == {
        "now": START.isoformat(),
        "idle": True,
        "in_flight": 0,
        "next_event_at": None,
        "accepted": {"messages": 0, "calls": 0},
        "requests_seen": 0,
        "failed_webhooks": 0,
    }


@needs_sockets
@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("clock", {"now": "tomorrow"}, 400, r"now: 'tomorrow' is not a moment in ISO 8601"),
        ("clock", {"now": "2026-11-23T00:00:00"}, 400, r"now: .* lacks its UTC offset"),
        ("clock", {"now": (START - timedelta(days=1)).isoformat()}, 409, r"now: the clock stands at"),
        ("clock", [], 400, "the body is not an object"),
        ("faults", {"gremlins": 1}, 400, "unknown fault 'gremlins'"),
        ("customers", {}, 400, "customers: is not a list"),
        ("customers", {"customers": [], "horizon_days": "ten"}, 400, "horizon_days: 'ten' is not a number"),
        ("customers", {"customers": [{"msisdn": "1"}]}, 400, r"customers\[0\]\.msisdn"),
    ],
)
def test_a_control_that_cannot_be_followed_says_why(
    plain_rehearsal: Rehearsal, path: str, body: object, status: int, message: str
) -> None:
    response = plain_rehearsal.post(path, body)
    assert response.status_code == status
    assert re.search(message, response.json()["error"])


@needs_sockets
def test_there_is_no_other_ledger(plain_rehearsal: Rehearsal) -> None:
    response = requests.get(f"{plain_rehearsal.base_url}/rehearsal/ledger/secrets", timeout=WAIT)
    assert response.status_code == 404
    assert "known are messages" in response.json()["error"]


@needs_sockets
def test_the_clock_steps_to_each_next_event(rehearsal: Rehearsal) -> None:
    customers = [{"msisdn": f"+861370000{n:04d}", "persona": "self_motivated"} for n in range(5)]
    rehearsal.post("customers", {"horizon_days": 10, "customers": customers})
    steps = 0
    state = rehearsal.get("state")
    while state["next_event_at"]:
        state = rehearsal.post("clock", {"now": state["next_event_at"]}).json()
        steps += 1
        assert state["idle"]
        assert len(rehearsal.ledger("topups")) == steps
    assert steps > 0


@needs_sockets
def test_controls_are_open_only_to_who_has_the_token() -> None:
    with running(REHEARSAL_TOKEN="s3cret") as guarded:
        url = f"{guarded.base_url}/rehearsal/state"
        assert requests.get(url, timeout=WAIT).status_code == 401
        assert requests.get(url, headers={"Authorization": "Bearer wrong"}, timeout=WAIT).status_code == 401
        assert requests.get(url, headers={"Authorization": "Bearer s3cret"}, timeout=WAIT).status_code == 200


@needs_sockets
def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run_rehearsal("--port", port)
    assert finished.returncode == 1
    assert re.fullmatch(rf"rehearsal: cannot listen on 127\.0\.0\.1:{port}: .+\n", finished.stderr)


def test_a_bad_option_is_said_in_one_line() -> None:
    finished = run_rehearsal("--faults", "gremlins=1")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert re.fullmatch(r"rehearsal: --faults: unknown fault 'gremlins'.*\n", finished.stderr)


def run_rehearsal(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rehearsal", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=WAIT, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ([], {}, "TWILIO_ACCOUNT_SID: is not set"),
        ([], {"TWILIO_ACCOUNT_SID": ACCOUNT_SID}, "TWILIO_AUTH_TOKEN: is not set"),
        ([], {"TWILIO_ACCOUNT_SID": "SK1", "TWILIO_AUTH_TOKEN": "t"}, "is not AC and 32 hex digits"),
        (["--port", "http"], CREDENTIALS, "--port"),
        (["--start", "noon"], CREDENTIALS, "--start: 'noon' is not a moment"),
        (["--clock", "real", "--start", START.isoformat()], CREDENTIALS, "the real clock cannot be set"),
        (["--billing-event-url", "http://localhost/b"], CREDENTIALS, "BILLING_WEBHOOK_SECRET: is not set"),
        (
            ["--inbound-sms-url", "localhost/in"],
            CREDENTIALS,
            r"--inbound-sms-url: .* is not an http\(s\) URL",
        ),
        (["--callback-concurrency", "0"], CREDENTIALS, "--callback-concurrency: 0"),
        (["--host", "example.com"], CREDENTIALS, "--host: 'example.com' is not an IP address"),
        (["--gremlins"], CREDENTIALS, "unrecognized arguments: --gremlins"),
    ],
)
def test_an_odd_option_or_variable_is_named(
    arguments: list[str], environment: dict[str, str], message: str
) -> None:
    with pytest.raises(BadOption, match=message):
        read_options(arguments, environment)


def test_only_the_loopback_is_bound_unless_a_host_is_named() -> None:
    assert read_options([], CREDENTIALS).host == "127.0.0.1"
    assert read_options(["--host", "0.0.0.0"], CREDENTIALS).host == "0.0.0.0"

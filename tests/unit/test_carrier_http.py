"""Our HTTP client against a real server on the loopback: what is sent, how often, and what is concluded."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioException

from bot.channels import still_open
from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.channels.messages import Accepted, CallToManager, Found, OutboundCall, OutboundSms
from bot.channels.still_open import HOURS_OVER, SHORTEST
from bot.channels.twilio_client import Carrier, as_send_error
from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from tests.unit.carrier_server import (
    Answer,
    Server,
    answering,
    created,
    half_an_answer,
    refusal,
    reset,
    silence,
)

pytestmark = pytest.mark.enable_socket

SID = "AC" + "1" * 32
PUBLIC = "https://keepline.example.com"
ATTEMPT = UUID("0190f1a2-0000-7000-8000-000000000001")
SMS = OutboundSms(ATTEMPT, "+8613800000001", "+8610690000", "余额不足 & more", timedelta(hours=2))
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
CALLS = f"/2010-04-01/Accounts/{SID}/Calls.json"


@pytest.fixture
def server() -> Iterator[Server]:
    """In a thread and a loop of its own, as the carrier is elsewhere."""
    server = Server(created("SM1"))
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.take)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    yield server
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def carrier(server: Server) -> Iterator[Carrier]:
    carrier = Carrier(SID, "token", f"http://127.0.0.1:{server.port}/", timeout=timedelta(milliseconds=400))
    yield carrier
    carrier.close()


@dataclass(slots=True)
class Watch:
    """Seconds that pass only when a test says so."""

    now: float = 0


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(still_open, "monotonic", lambda: watch.now)
    return watch


@pytest.fixture
def sms(carrier: Carrier) -> TwilioSms:
    return TwilioSms(carrier, PUBLIC)


def test_an_sms_is_posted_to_the_letter(sms: TwilioSms, server: Server) -> None:
    assert sms.send_batch([SMS]) == [Accepted("SM1")]
    ((method, path, form),) = server.asked
    assert (method, path) == ("POST", MESSAGES)
    assert sorted(form) == [
        ("Body", "余额不足 & more"),
        ("From", "+8610690000"),
        ("StatusCallback", f"{PUBLIC}/twilio/sms/status?a={ATTEMPT}#rc=5&rp=all"),
        ("To", "+8613800000001"),
        ("ValidityPeriod", "7200"),
    ]
    (headers,) = server.headers
    assert headers["Authorization"].startswith("Basic ")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (timedelta(seconds=5), "5"),
        (timedelta(hours=6, milliseconds=999), "21600"),
        (timedelta(days=2), "36000"),
    ],
)
def test_the_validity_period_keeps_the_carriers_bounds(
    sms: TwilioSms, server: Server, valid_for: timedelta, seconds: str
) -> None:
    sms.send_batch([OutboundSms(ATTEMPT, SMS.to, SMS.sender, "x", valid_for)])
    assert dict(server.asked[0][2])["ValidityPeriod"] == seconds


def test_what_could_only_arrive_after_its_hours_is_not_posted(
    carrier: Carrier, server: Server, watch: Watch
) -> None:
    """The carrier takes two seconds for each, and takes one after the other."""

    async def slowly(request: web.Request) -> web.StreamResponse:
        watch.now += 2
        return await created("SM1")(request)

    server.answer = slowly
    narrow = Carrier(SID, "token", f"http://127.0.0.1:{server.port}", concurrency=1)
    batch = [OutboundSms(ATTEMPT, SMS.to, SMS.sender, "x", SHORTEST + timedelta(seconds=3))] * 4
    first, second, *late = TwilioSms(narrow, PUBLIC).send_batch(batch)
    narrow.close()
    assert [first, second] == [Accepted("SM1"), Accepted("SM1")]
    assert [dict(form)["ValidityPeriod"] for _, _, form in server.asked] == ["8", "6"]

    call = OutboundCall(ATTEMPT, SMS.to, SMS.sender, valid_for=timedelta(seconds=4))
    for answer in [*late, *TwilioVoice(carrier, PUBLIC).send_batch([call])]:
        assert isinstance(answer, Unavailable)
        assert answer.code == HOURS_OVER
    assert len(server.asked) == 2


def test_a_call_is_posted_to_the_letter(carrier: Carrier, server: Server) -> None:
    server.answer = created("CA1")
    voice = TwilioVoice(carrier, PUBLIC)
    plain = OutboundCall(ATTEMPT, SMS.to, SMS.sender, detect_machine=False)
    assert voice.send_batch([OutboundCall(ATTEMPT, SMS.to, SMS.sender), plain]) == [Accepted("CA1")] * 2
    base = [
        ("From", "+8610690000"),
        ("StatusCallback", f"{PUBLIC}/twilio/voice/status?a={ATTEMPT}#rc=5&rp=all"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", "25"),
        ("To", "+8613800000001"),
        ("Url", f"{PUBLIC}/twilio/voice/answer?a={ATTEMPT}"),
    ]
    detection = [
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", f"{PUBLIC}/twilio/voice/amd?a={ATTEMPT}"),
        ("MachineDetection", "DetectMessageEnd"),
    ]
    assert {path for _, path, _ in server.asked} == {CALLS}
    assert sorted(sorted(form) for _, _, form in server.asked) == sorted(
        [sorted(base + detection), sorted(base)]
    )


def test_a_managers_phone_is_rung_without_listening_for_a_machine(carrier: Carrier, server: Server) -> None:
    server.answer = created("CA1")
    call = CallToManager(ATTEMPT, SMS.to, SMS.sender, timedelta(seconds=20))
    assert TwilioVoice(carrier, PUBLIC).ring_managers([call]) == [Accepted("CA1")]
    ((_, path, form),) = server.asked
    assert path == CALLS
    assert sorted(form) == [
        ("From", "+8610690000"),
        ("StatusCallback", f"{PUBLIC}/twilio/manual/status?c={ATTEMPT}#rc=5&rp=all"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", "20"),
        ("To", "+8613800000001"),
        ("Url", f"{PUBLIC}/twilio/manual/answer?c={ATTEMPT}"),
    ]


@pytest.mark.parametrize(
    ("longest", "seconds"), [(timedelta(minutes=5), "300"), (timedelta(hours=9), "14400")]
)
def test_the_carrier_ends_a_call_that_has_an_end(
    carrier: Carrier, server: Server, longest: timedelta, seconds: str
) -> None:
    server.answer = created("CA1")
    TwilioVoice(carrier, PUBLIC).send_batch([OutboundCall(ATTEMPT, SMS.to, SMS.sender, longest=longest)])
    assert dict(server.asked[0][2])["TimeLimit"] == seconds


@pytest.mark.parametrize(
    ("answer", "conclusion", "code"),
    [
        (refusal(400, 21211), Rejected, "21211"),
        (refusal(400, 21610), Rejected, "21610"),
        (refusal(400, 30034), Rejected, "30034"),
        (refusal(404, 20404), Rejected, "20404"),
        (refusal(429, 20429), Unavailable, "20429"),
        (answering(429, "<html>slow down</html>"), Unavailable, "429"),
        (refusal(401, 20003), Unavailable, "20003"),
        (answering(401, ""), Unavailable, "401"),
        (refusal(403, 20006), Unavailable, "20006"),
        (refusal(400, 21611), Unavailable, "21611"),
        (refusal(400, 22005), Unavailable, "22005"),
        (refusal(500, 20500), Unconfirmed, "20500"),
        (refusal(503, 20503), Unconfirmed, "20503"),
        (answering(502, "<html>bad gateway</html>"), Unconfirmed, "502"),
        (answering(504, ""), Unconfirmed, "504"),
        (answering(408, ""), Unconfirmed, "408"),
        (answering(307, "", {"Location": "/elsewhere"}), Unavailable, "307"),
        (answering(302, "", {"Location": "/elsewhere"}), Unavailable, "302"),
        (answering(201, "no json"), Unconfirmed, "unreadable"),
        (created(None), Unconfirmed, "unreadable"),
        (
            answering(422, {"type": "t", "title": "t", "status": 422, "code": 60200}),
            Rejected,
            "60200",
        ),
        (reset, Unconfirmed, "no_answer"),
        (silence, Unconfirmed, "no_answer"),
        (half_an_answer, Unconfirmed, "no_answer"),
    ],
)
def test_a_post_is_made_once_and_its_end_has_a_name(
    sms: TwilioSms, server: Server, answer: Answer, conclusion: type[SendError], code: str
) -> None:
    server.answer = answer
    (said,) = sms.send_batch([SMS])
    assert (type(said), getattr(said, "code", None)) == (conclusion, code)
    assert len(server.asked) == 1


def test_nothing_was_taken_where_nobody_listens(unused_tcp_port: int) -> None:
    carrier = Carrier(SID, "token", f"http://127.0.0.1:{unused_tcp_port}")
    (said,) = TwilioSms(carrier, PUBLIC).send_batch([SMS])
    carrier.close()
    assert (type(said), getattr(said, "code", None)) == (Unavailable, "connect")


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_no_error_tells_a_number_or_a_text(sms: TwilioSms, server: Server) -> None:
    server.answer = answering(
        400, {"code": 21211, "message": f"Invalid 'To' Phone Number: {SMS.to}", "status": 400}
    )
    (said,) = sms.send_batch([SMS])
    assert SMS.to not in str(said) + repr(said)


def test_one_bad_answer_in_a_batch_is_only_its_own(sms: TwilioSms, server: Server) -> None:
    async def by_number(request: web.Request) -> web.StreamResponse:
        number = str((await request.post())["To"])
        return await (refusal(400, 21211) if number.endswith("2") else created(f"SM{number[-1]}"))(request)

    server.answer = by_number
    batch = [OutboundSms(ATTEMPT, f"+861380000000{n}", SMS.sender, "x", SMS.valid_for) for n in range(1, 5)]
    first, second, third, fourth = sms.send_batch(batch)
    assert [first, third, fourth] == [Accepted("SM1"), Accepted("SM3"), Accepted("SM4")]
    assert isinstance(second, Rejected)


def test_no_more_are_under_way_at_once_than_allowed(server: Server) -> None:
    now, most = 0, 0

    async def counting(request: web.Request) -> web.StreamResponse:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.005)
        now -= 1
        return await created("SM1")(request)

    server.answer = counting
    carrier = Carrier(SID, "token", f"http://127.0.0.1:{server.port}", concurrency=4)
    TwilioSms(carrier, PUBLIC).send_batch([SMS] * 20)
    carrier.close()
    assert most == 4


LISTED = {
    "sid": "SM7",
    "status": "undelivered",
    "to": SMS.to,
    "body": SMS.body,
    "error_code": 30003,
    "date_created": "Sun, 22 Nov 2026 02:00:00 +0000",
}


def test_the_carriers_list_is_read(sms: TwilioSms, server: Server) -> None:
    page = {
        "messages": [LISTED, LISTED | {"sid": "SM8", "date_created": None, "error_code": None}],
        "page": 0,
    }
    server.answer = answering(200, page)
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    found = [
        Found("SM7", "undelivered", at, SMS.to, SMS.body, "30003", None),
        Found("SM8", "undelivered", None, SMS.to, SMS.body, None, None),
    ]
    assert sms.find_batch([SMS.to, SMS.to]) == [found, found]
    assert server.asked == [("GET", MESSAGES, [("To", SMS.to), ("PageSize", "200")])] * 2


@pytest.mark.parametrize("answer", [refusal(500, 20500), silence, reset, refusal(429, 20429)])
def test_a_list_that_cannot_be_read_proves_nothing(sms: TwilioSms, server: Server, answer: Answer) -> None:
    server.answer = answer
    (said,) = sms.find_batch([SMS.to])
    assert isinstance(said, SendError)


def test_messages_are_fetched_by_sid(sms: TwilioSms, server: Server) -> None:
    async def by_sid(request: web.Request) -> web.StreamResponse:
        known = request.path.endswith("/SM7.json")
        return await (answering(200, LISTED) if known else refusal(404, 20404))(request)

    server.answer = by_sid
    found, unknown = sms.fetch_batch(["SM7", "SM0"])
    assert isinstance(found, Found)
    assert found.status == "undelivered"
    assert isinstance(unknown, Rejected)


def test_calls_are_read_with_their_length(carrier: Carrier, server: Server) -> None:
    call = {
        "sid": "CA7",
        "status": "completed",
        "to": SMS.to,
        "duration": "42",
        "date_created": LISTED["date_created"],
    }
    server.answer = answering(200, {"calls": [call, call | {"duration": None}], "page": 0})
    ((first, second),) = TwilioVoice(carrier, PUBLIC).find_batch([SMS.to])  # type: ignore[misc]
    assert (first.sid, first.status, first.duration_s, second.duration_s) == ("CA7", "completed", 42, None)


def test_a_live_call_is_given_other_words(carrier: Carrier, server: Server) -> None:
    server.answer = answering(200, {"sid": "CA7", "status": "in-progress"})
    voice = TwilioVoice(carrier, PUBLIC)
    assert voice.redirect_batch([("CA7", "<Response/>")]) == [Accepted("CA7")]
    assert server.asked == [
        ("POST", f"/2010-04-01/Accounts/{SID}/Calls/CA7.json", [("Twiml", "<Response/>")])
    ]
    server.answer = refusal(400, 21220)
    (over,) = voice.redirect_batch([("CA7", "<Response/>")])
    assert isinstance(over, Rejected)
    assert voice.redirect_batch([]) == []


def test_a_call_is_hung_up_wherever_it_stands(carrier: Carrier, server: Server) -> None:
    server.answer = answering(200, {"sid": "CA7", "status": "ringing"})
    assert TwilioVoice(carrier, PUBLIC).hang_up_batch(["CA7"]) == [Accepted("CA7")]
    assert server.asked == [("POST", f"/2010-04-01/Accounts/{SID}/Calls/CA7.json", [("Status", "completed")])]


def test_an_unknown_error_of_the_library_concludes_nothing() -> None:
    assert isinstance(as_send_error(TwilioException("?")), Unconfirmed)


def canceled(sid: str, status: str = "canceled") -> Answer:
    return answering(200, {"sid": sid, "status": status, "to": "+8613800000001"})


def test_a_message_is_taken_back_by_its_sid(server: Server, sms: TwilioSms) -> None:
    server.answer = canceled("SM1")
    (answer,) = sms.cancel_batch(["SM1"])
    assert isinstance(answer, Found)
    assert (answer.sid, answer.status) == ("SM1", "canceled")
    path = MESSAGES.replace("Messages.json", "Messages/SM1.json")
    assert server.asked == [("POST", path, [("Status", "canceled")])]


def test_a_call_that_rings_is_not_said_to_be_over(server: Server, carrier: Carrier) -> None:
    server.answer = canceled("CA1", "ringing")
    (answer,) = TwilioVoice(carrier, PUBLIC).cancel_batch(["CA1"])
    assert isinstance(answer, Found)
    assert answer.status == "ringing"


def test_what_the_carrier_does_not_give_back_is_rejected_with_its_code(
    server: Server, sms: TwilioSms
) -> None:
    server.answer = answering(
        400, {"code": 30409, "message": "This message cannot be canceled", "status": 400}
    )
    (answer,) = sms.cancel_batch(["SM1"])
    assert isinstance(answer, Rejected)
    assert answer.code == "30409"


def test_a_yes_that_does_not_say_to_what_is_no_yes(server: Server, sms: TwilioSms) -> None:
    server.answer = answering(200, {"status": "canceled"})
    (answer,) = sms.cancel_batch(["SM1"])
    assert isinstance(answer, Unconfirmed)

"""The official library, over real HTTP, must not be able to tell."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.rehearsal.stand_ins import ACCOUNT_SID, AUTH_TOKEN, SENDER, START, Product, Rehearsal, running

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(60)]


@contextmanager
def connected(rehearsal: Rehearsal, token: str = AUTH_TOKEN) -> Iterator[Client]:
    client = Client(ACCOUNT_SID, token)
    client.api.base_url = rehearsal.base_url
    yield client
    client.http_client.session.close()


@pytest.fixture
def client(rehearsal: Rehearsal) -> Iterator[Client]:
    with connected(rehearsal) as client:
        yield client


@pytest.fixture
def plain_client(plain_rehearsal: Rehearsal) -> Iterator[Client]:
    with connected(plain_rehearsal) as client:
        yield client


def test_a_message_is_created_fetched_listed_and_redacted(client: Client, rehearsal: Rehearsal) -> None:
    made = client.messages.create(to="+8613800000001", from_=SENDER, body="充值满50元")
    assert made.sid.startswith("SM")
    assert (made.status, made.direction, made.num_segments) == ("queued", "outbound-api", "1")
    assert made.date_created == START
    assert made.date_sent is None
    rehearsal.advance(minutes=5)
    fetched = client.messages(made.sid).fetch()
    assert (fetched.status, fetched.body, fetched.error_code) == ("delivered", "充值满50元", None)
    assert fetched.date_sent >= START
    assert [message.sid for message in client.messages.list(to="+8613800000001")] == [made.sid]
    assert client.messages(made.sid).update(body="").body == ""
    assert client.messages(made.sid).delete()
    assert client.messages.list(to="+8613800000001") == []


def test_lists_are_paged_newest_first_and_filtered(client: Client, rehearsal: Rehearsal) -> None:
    made = [
        client.messages.create(to=f"+861380000{n % 3:04d}", from_=SENDER, body=str(n)).sid for n in range(25)
    ]
    assert [message.sid for message in client.messages.list(page_size=10)] == made[::-1]
    assert len(client.messages.list(page_size=10, limit=12)) == 12
    assert [message.sid for message in client.messages.list(to="+8613800000001", page_size=4)] == made[1::3][
        ::-1
    ]
    assert client.messages.list(from_="+8610690001") == []
    page = client.messages.page(page_size=10)
    assert [message.sid for message in page.next_page()] == made[14:4:-1]
    assert [message.sid for message in page.next_page().previous_page()] == made[:14:-1]


def test_a_message_not_sent_yet_is_on_no_day(client: Client, rehearsal: Rehearsal) -> None:
    client.messages.create(to="+8613800000001", from_=SENDER, body="hi")
    day = datetime.combine(START.date(), datetime.min.time())
    assert client.messages.list(date_sent=day) == []
    assert len(client.messages.list(to="+8613800000001")) == 1
    rehearsal.advance(minutes=1)
    assert len(client.messages.list(date_sent=day)) == 1
    assert len(client.messages.list(date_sent_after=day)) == 1
    assert client.messages.list(date_sent_before=day - timedelta(days=1)) == []


def test_a_scheduled_message_waits_for_its_time_and_can_be_taken_back(
    client: Client, rehearsal: Rehearsal, product: Product
) -> None:
    def schedule(to: str) -> str:
        return client.messages.create(
            to=to,
            messaging_service_sid="MG" + "b2" * 16,
            body="later",
            send_at=START + timedelta(hours=1),
            schedule_type="fixed",
            status_callback=product.url("/status"),
        ).sid

    kept, canceled = schedule("+8613800000001"), schedule("+8613800000002")
    assert client.messages(kept).fetch().status == "scheduled"
    assert client.messages(canceled).update(status="canceled").status == "canceled"
    rehearsal.advance(minutes=59)
    assert client.messages(kept).fetch().status == "scheduled"
    rehearsal.advance(minutes=5)
    assert client.messages(kept).fetch().status == "delivered"
    assert client.messages(canceled).fetch().status == "canceled"
    statuses = [(r.form["MessageSid"], r.form["MessageStatus"]) for r in product.at("/status")]
    assert statuses == [(canceled, "canceled"), (kept, "queued"), (kept, "sent"), (kept, "delivered")]
    with pytest.raises(TwilioRestException) as raised:
        client.messages(kept).update(status="canceled")
    assert raised.value.code == 30409


def test_a_message_that_is_not_scheduled_is_not_given_back(client: Client, rehearsal: Rehearsal) -> None:
    """As Twilio documents error 30409: further on than `scheduled` there is no way back."""
    sid = client.messages.create(to="+8613800000001", from_=SENDER, body="now").sid
    assert client.messages(sid).fetch().status == "queued"
    with pytest.raises(TwilioRestException) as raised:
        client.messages(sid).update(status="canceled")
    assert (raised.value.status, raised.value.code) == (400, 30409)
    rehearsal.advance(minutes=5)
    assert client.messages(sid).fetch().status == "delivered"


def test_another_carrier_gives_back_what_is_queued_but_nothing_that_was_sent(product: Product) -> None:
    with running("--gives-back", "queued") as rehearsal, connected(rehearsal) as client:

        def send(to: str, **sender: str) -> str:
            return client.messages.create(
                to=to, body="now", status_callback=product.url("/status"), **sender
            ).sid

        kept = send("+8613800000001", from_=SENDER)
        canceled = send("+8613800000002", from_=SENDER)
        chosen = send("+8613800000003", messaging_service_sid="MG" + "b2" * 16)
        for sid in (canceled, chosen):
            assert client.messages(sid).update(status="canceled").status == "canceled"
        rehearsal.advance(minutes=5)
        assert [client.messages(sid).fetch().status for sid in (kept, canceled, chosen)] == [
            "delivered",
            "canceled",
            "canceled",
        ]
        with pytest.raises(TwilioRestException):
            client.messages(kept).update(status="canceled")
    told = [(r.form["MessageSid"], r.form["MessageStatus"]) for r in product.at("/status")]
    assert sorted(one for one in told if one[0] != kept) == sorted(
        [(canceled, "canceled"), (chosen, "canceled")]
    )


def test_a_message_by_a_service_gets_its_sender_when_queued(client: Client, rehearsal: Rehearsal) -> None:
    made = client.messages.create(to="+8613800000001", messaging_service_sid="MG" + "b2" * 16, body="hi")
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    rehearsal.advance(minutes=1)
    fetched = client.messages(made.sid).fetch()
    assert (fetched.status, fetched.from_, fetched.num_segments) == ("delivered", "+15005550006", "1")


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"to": "138", "from_": SENDER, "body": "hi"}, 400, 21211),
        ({"to": "", "from_": SENDER, "body": "hi"}, 400, 21604),
        ({"to": "+8613800000001", "body": "hi"}, 400, 21603),
        ({"to": "+8613800000001", "from_": "+", "body": "hi"}, 400, 21212),
        ({"to": "+8613800000001", "from_": SENDER}, 400, 21602),
        ({"to": "+8613800000001", "from_": SENDER, "body": "x" * 1601}, 400, 21617),
        ({"to": SENDER, "from_": SENDER, "body": "hi"}, 400, 21266),
        (
            {"to": "+8613800000001", "from_": SENDER, "body": "hi", "status_callback": "http://a_b/c"},
            400,
            21609,
        ),
        ({"to": "+15005550009", "from_": SENDER, "body": "hi"}, 400, 21614),
        ({"to": "+15005550004", "from_": SENDER, "body": "hi"}, 400, 21610),
    ],
)
def test_a_message_that_twilio_would_refuse_is_refused_with_its_code(
    plain_client: Client, plain_rehearsal: Rehearsal, wanted: dict[str, str], status: int, code: int
) -> None:
    with pytest.raises(TwilioRestException) as raised:
        plain_client.messages.create(**wanted)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert plain_rehearsal.get("state")["accepted"]["messages"] == 0


def test_someone_blocked_at_the_carrier_is_refused(client: Client, rehearsal: Rehearsal) -> None:
    rehearsal.register("+8613800000001", "blocked")
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to="+8613800000001", from_=SENDER, body="hi")
    assert (raised.value.status, raised.value.code) == (400, 21610)


def test_wrong_credentials_unknown_resources_and_limits(client: Client, rehearsal: Rehearsal) -> None:
    def error_of(ask: Callable[[], object]) -> tuple[int, int]:
        with pytest.raises(TwilioRestException) as raised:
            ask()
        return raised.value.status, raised.value.code

    with connected(rehearsal, token="wrong") as stranger:
        assert error_of(lambda: stranger.messages("SM" + "0" * 32).fetch()) == (401, 20003)
    assert error_of(lambda: client.messages("SM" + "0" * 32).fetch()) == (404, 20404)
    assert error_of(lambda: client.calls("CA" + "0" * 32).update(status="completed")) == (404, 20404)
    assert error_of(lambda: client.conferences("CF" + "0" * 32).fetch()) == (404, 20404)
    rehearsal.set_faults(rate_limit=1)
    assert error_of(lambda: client.messages.create(to="+8613800000001", from_=SENDER, body="hi")) == (
        429,
        20429,
    )


def test_a_call_is_created_lived_fetched_and_listed(
    client: Client, rehearsal: Rehearsal, product: Product
) -> None:
    product.says("/voice", "<Say>Hello</Say>")
    rehearsal.register("+8613800000001", "hang_up_early")
    made = client.calls.create(to="+8613800000001", from_=SENDER, url=product.url("/voice"))
    assert (made.status, made.direction, made.duration) == ("queued", "outbound-api", None)
    rehearsal.advance(minutes=2)
    fetched = client.calls(made.sid).fetch()
    assert fetched.status == "completed"
    assert int(fetched.duration) >= 1
    assert START < fetched.start_time < fetched.end_time
    assert [call.sid for call in client.calls.list(to="+8613800000001", status="completed")] == [made.sid]
    assert client.calls.list(status="busy") == []
    assert [call.sid for call in client.calls.list(start_time_after=START.date())] == [made.sid]
    assert client.calls.list(end_time_before=date(2026, 11, 20)) == []
    with pytest.raises(TwilioRestException) as raised:
        client.calls(made.sid).update(status="completed")
    assert raised.value.code == 21220
    assert client.calls(made.sid).delete()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"to": "", "from_": SENDER, "twiml": "<Response/>"}, 21201),
        ({"to": "12", "from_": SENDER, "twiml": "<Response/>"}, 21211),
        ({"to": "+8613800000001", "from_": "", "twiml": "<Response/>"}, 21213),
        ({"to": "+8613800000001", "from_": "Keepline", "twiml": "<Response/>"}, 21212),
        ({"to": "+8613800000001", "from_": SENDER}, 21205),
        ({"to": "+8613800000001", "from_": SENDER, "url": "ftp://x"}, 21205),
        ({"to": "+15005550003", "from_": SENDER, "twiml": "<Response/>"}, 21215),
    ],
)
def test_a_call_that_twilio_would_refuse_is_refused_with_its_code(
    plain_client: Client, wanted: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as raised:
        plain_client.calls.create(**wanted)
    assert (raised.value.status, raised.value.code) == (400, code)


@pytest.mark.filterwarnings(
    "ignore:.*(BasicAuth|auth).* is deprecated:DeprecationWarning"
)  # the library's own
def test_the_asynchronous_client_sees_the_same(rehearsal: Rehearsal) -> None:
    async def story() -> None:
        http = AsyncTwilioHttpClient(max_retries=None)
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = rehearsal.base_url
        try:
            made = await asyncio.gather(
                *(
                    client.messages.create_async(to=f"+861380000{n:04d}", from_=SENDER, body="hi")
                    for n in range(30)
                )
            )
            assert len({message.sid for message in made}) == 30
            listed = await client.messages.list_async(page_size=20)
            assert {message.sid for message in listed} == {message.sid for message in made}
            call = await client.calls.create_async(to="+8613800000001", from_=SENDER, twiml="<Response/>")
            assert (await client.calls(call.sid).update_async(status="canceled")).status == "canceled"
            with pytest.raises(TwilioRestException) as raised:
                await client.messages.create_async(to="12", from_=SENDER, body="hi")
            assert raised.value.code == 21211
        finally:
            await http.close()

    asyncio.run(asyncio.wait_for(story(), 30))

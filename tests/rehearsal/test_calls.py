"""Whole calls: progress callbacks, answering machine detection, TwiML over HTTP, orders in mid-call."""

import pytest
import requests

from tests.rehearsal.invitations import TO
from tests.rehearsal.stand_ins import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SENDER,
    WAIT,
    Product,
    Received,
    Rehearsal,
    running,
)

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(60)]

MENU = (
    '<Gather numDigits="1" timeout="6" action="/keys" actionOnEmptyResult="true">'
    '<Say language="zh-CN">7天内充值满50元送10元。参加请按1，转人工请按2，重听请按9，不再接听请按0</Say></Gather>'
)


def calls_url(rehearsal: Rehearsal, sid: str = "") -> str:
    return f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls{'/' + sid if sid else ''}.json"


def place(rehearsal: Rehearsal, product: Product, **form: object) -> str:
    wanted = {
        "To": TO,
        "From": SENDER,
        "Url": product.url("/voice?attempt=1#rc=1"),
        "StatusCallback": product.url("/progress"),
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    } | form
    response = requests.post(calls_url(rehearsal), wanted, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=WAIT)
    assert response.status_code == 201, response.text
    sid: str = response.json()["sid"]
    return sid


def update(rehearsal: Rehearsal, sid: str, **form: str) -> requests.Response:
    return requests.post(calls_url(rehearsal, sid), form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=WAIT)


def progress(product: Product) -> list[str]:
    return [request.form["CallStatus"] for request in product.at("/progress")]


def test_a_keen_customer_answers_presses_1_and_confirms(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.register(TO, "keen")
    product.says("/voice", MENU)
    product.says("/keys", '<Gather numDigits="1" action="/confirmed"><Say>确认参加请按1</Say></Gather>')
    product.says("/confirmed", "<Say>谢谢</Say><Hangup/>")
    for _ in range(20):  # until somebody is at home
        place(rehearsal, product)
        rehearsal.advance(minutes=5)
        if product.at("/confirmed"):
            break
        product.received.clear()
    assert progress(product) == ["initiated", "ringing", "in-progress", "completed"]
    (voice,), (keys,), (confirmed,) = product.at("/voice"), product.at("/keys"), product.at("/confirmed")
    assert voice.path == "/voice?attempt=1"
    assert all(request.signed for request in product.received)
    assert (voice.form["CallStatus"], voice.form["Direction"]) == ("in-progress", "outbound-api")
    assert (voice.form["From"], voice.form["To"], voice.form["Called"]) == (SENDER, TO, TO)
    assert (keys.form["Digits"], confirmed.form["Digits"]) == ("1", "1")
    numbers = [request.form["SequenceNumber"] for request in product.at("/progress")]
    assert numbers == ["0", "1", "2", "3"]
    last = product.at("/progress")[-1].form
    assert int(last["CallDuration"]) > 5
    assert last["Duration"] == "1"
    assert last["CallbackSource"] == "call-progress-events"
    assert last["Timestamp"].endswith("+0000")
    entry = rehearsal.ledger("calls")[-1]
    assert [line["digits"] for line in entry["transcript"] if "digits" in line] == ["1", "1"]
    assert [line["say"] for line in entry["transcript"] if "say" in line][-1] == "谢谢"
    assert (entry["picked_up_by"], entry["persona"]) == ("human", "keen")


def test_only_the_end_is_reported_unless_more_is_asked_for(rehearsal: Rehearsal, product: Product) -> None:
    place(rehearsal, product, StatusCallbackEvent=[])
    rehearsal.advance(minutes=5)
    assert progress(product) == ["no-answer"]
    assert product.at("/voice") == []
    form = product.at("/progress")[0].form
    assert (form["SequenceNumber"], form["CallDuration"], form["SipResponseCode"]) == ("0", "0", "487")


def test_a_call_rings_no_longer_than_its_timeout(rehearsal: Rehearsal, product: Product) -> None:
    place(rehearsal, product, Timeout="15")
    rehearsal.advance(seconds=30)
    assert progress(product) == ["initiated", "ringing", "no-answer"]


@pytest.mark.parametrize(("limit", "seconds"), [("20", "20"), ("300", "60")])
def test_a_call_is_ended_at_its_time_limit_whoever_speaks(
    rehearsal: Rehearsal, product: Product, limit: str, seconds: str
) -> None:
    rehearsal.register(TO, "silent")
    product.says("/voice", "<Pause length='60'/>")
    place(rehearsal, product, TimeLimit=limit)
    rehearsal.advance(minutes=10)
    assert progress(product)[-1] == "completed"
    assert product.at("/progress")[-1].form["CallDuration"] == seconds


def test_detection_waits_for_the_beep_before_it_asks_for_the_text(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.register(TO, "voicemail_owner")
    product.says("/voice", "<Say>Please call us back</Say>")
    for _ in range(10):
        sid = place(rehearsal, product, MachineDetection="DetectMessageEnd")
        rehearsal.advance(minutes=5)
        answers = [request.form.get("AnsweredBy") for request in product.at("/voice")]
        if "machine_end_beep" in answers:
            break
    assert answers[-1] == "machine_end_beep"
    assert int(product.at("/voice")[-1].form["MachineDetectionDuration"]) > 6000
    assert product.at("/progress")[-1].form["AnsweredBy"] == "machine_end_beep"
    entry = rehearsal.ledger("calls")[-1]
    assert (entry["sid"], entry["picked_up_by"], entry["answered_by"]) == (sid, "machine", "machine_end_beep")
    assert entry["transcript"][0]["to"] == "machine"


def test_detection_in_the_background_reports_to_its_own_url_and_the_call_can_be_redirected(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.register(TO, "hang_up_early")
    product.says("/voice", "<Pause length='60'/>")
    product.says("/other", "<Say>After the verdict</Say>")

    def redirect(request: Received) -> tuple[int, str]:
        assert update(rehearsal, request.form["CallSid"], Url=product.url("/other")).status_code == 200
        return 204, ""

    product.answers["/amd"] = redirect
    rehearsal.register(TO, "silent")
    for _ in range(10):
        place(
            rehearsal,
            product,
            MachineDetection="Enable",
            AsyncAmd="true",
            AsyncAmdStatusCallback=product.url("/amd"),
        )
        rehearsal.advance(minutes=3)
        if product.at("/amd"):
            break
    (verdict,) = product.at("/amd")
    assert verdict.form["AnsweredBy"] == "human"
    assert "AnsweredBy" not in product.at("/voice")[-1].form
    said = [line.get("say") for line in rehearsal.ledger("calls")[-1]["transcript"]]
    assert "After the verdict" in said
    assert int(product.at("/progress")[-1].form["CallDuration"]) < 20  # the long pause was cut short


def test_a_call_canceled_while_queued_is_never_heard_of(rehearsal: Rehearsal, product: Product) -> None:
    sid = place(rehearsal, product)
    assert update(rehearsal, sid, Status="canceled").json()["status"] == "canceled"
    rehearsal.advance(minutes=5)
    assert product.received == []
    assert update(rehearsal, sid, Status="canceled").json()["code"] == 21220


def test_a_call_canceled_between_dialling_and_ringing_says_so_and_never_rings(
    rehearsal: Rehearsal, product: Product
) -> None:
    def cancel(request: Received) -> tuple[int, str]:
        if request.form["CallStatus"] == "initiated":
            assert update(rehearsal, request.form["CallSid"], Status="canceled").status_code == 200
        return 204, ""

    product.answers["/progress"] = cancel
    place(rehearsal, product)
    rehearsal.advance(minutes=5)
    assert progress(product) == ["initiated", "canceled"]


def test_a_ringing_call_is_canceled_and_says_so(rehearsal: Rehearsal, product: Product) -> None:
    sid = place(rehearsal, product)
    rehearsal.advance(seconds=10)
    assert update(rehearsal, sid, Twiml="<Response/>").json()["code"] == 21220
    assert update(rehearsal, sid, Status="canceled").status_code == 200
    rehearsal.advance(seconds=1)
    assert progress(product) == ["initiated", "ringing", "canceled"]


def test_a_live_call_is_hung_up_on_order(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.register(TO, "silent")
    product.says("/voice", "<Pause length='300'/>")
    for _ in range(10):
        sid = place(rehearsal, product)
        rehearsal.advance(seconds=40)
        if progress(product)[-1] == "in-progress":
            break
    assert update(rehearsal, sid, Status="completed").status_code == 200
    rehearsal.advance(seconds=1)
    assert progress(product)[-1] == "completed"
    assert int(product.at("/progress")[-1].form["CallDuration"]) < 60


@pytest.mark.parametrize(
    ("answer", "error"), [((500, ""), 11200), ((200, "<Response><Oops"), 12100), ((200, "<Html/>"), 12102)]
)
def test_twiml_that_cannot_be_had_falls_back_and_else_ends_the_call(
    rehearsal: Rehearsal, product: Product, answer: tuple[int, str], error: int
) -> None:
    rehearsal.register(TO, "silent")
    product.answers["/voice"] = lambda _: answer
    product.says("/fallback", "<Say>Sorry</Say>")
    for _ in range(10):
        place(rehearsal, product, FallbackUrl=product.url("/fallback"))
        rehearsal.advance(minutes=3)
        if product.at("/fallback"):
            break
    fallback = product.at("/fallback")[0]
    assert (fallback.form["ErrorCode"], fallback.form["ErrorUrl"]) == (
        str(error),
        product.url("/voice?attempt=1"),
    )
    assert rehearsal.ledger("calls")[-1]["transcript"][-1]["say"] == "Sorry"
    del product.answers["/fallback"]
    product.answers["/fallback"] = lambda _: (404, "")
    for _ in range(10):
        place(rehearsal, product, FallbackUrl=product.url("/fallback"))
        rehearsal.advance(minutes=3)
        if progress(product)[-1] == "completed":
            break
    assert rehearsal.ledger("calls")[-1]["transcript"][-1]["event"] == "application error"


def test_the_account_places_only_so_many_calls_a_second(product: Product) -> None:
    with running("--calls-per-second", "1") as slow:
        for number in range(5):
            place(slow, product, To=f"+861390000000{number}", StatusCallback=product.url("/progress"))
        slow.advance(seconds=2)
        assert len(product.at("/progress")) < 8
        times = [entry["statuses"] for entry in slow.ledger("calls")]
        assert len(times) == 5
        slow.advance(minutes=5)
        assert progress(product).count("no-answer") == 5


def test_a_recorded_call_says_where_its_recording_is(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.register(TO, "silent")
    product.says("/voice", "<Pause length='9'/>")
    for _ in range(10):
        place(rehearsal, product, Record="true", RecordingStatusCallback=product.url("/recording"))
        rehearsal.advance(minutes=3)
        if product.at("/recording"):
            break
    (recording,) = product.at("/recording")
    last = product.at("/progress")[-1]
    assert recording.signed
    assert recording.form["RecordingStatus"] == "completed"
    assert recording.form["RecordingUrl"] == last.form["RecordingUrl"]
    assert recording.form["RecordingDuration"] == last.form["CallDuration"]


def test_a_dialled_manager_is_a_leg_of_its_own(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.register(TO, "wants_manager")
    product.says("/voice", MENU)
    product.says(
        "/keys",
        '<Say>请稍候</Say><Dial action="/dialled" timeout="20"><Number>+8613911111111</Number></Dial>',
    )
    product.says("/dialled", "<Hangup/>")
    for _ in range(20):
        sid = place(rehearsal, product)
        rehearsal.advance(minutes=10)
        if product.at("/dialled"):
            break
    (dialled,) = product.at("/dialled")
    assert dialled.form["DialCallStatus"] in ("completed", "no-answer", "busy")
    legs = [call for call in rehearsal.ledger("calls") if call["direction"] == "outbound-dial"]
    assert [leg["sid"] for leg in legs] == [dialled.form["DialCallSid"]]
    listed = requests.get(
        calls_url(rehearsal), {"ParentCallSid": sid}, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=WAIT
    ).json()
    assert [call["sid"] for call in listed["calls"]] == [dialled.form["DialCallSid"]]


@pytest.mark.parametrize(
    ("persona", "outcomes"),
    [
        ("keen", {"completed", "no-answer", "busy"}),
        ("unreachable", {"failed", "no-answer"}),
        ("hang_up_early", {"completed", "no-answer"}),
    ],
)
def test_a_colleague_presses_1_and_the_customer_behind_it_lifts_the_phone_as_ever(
    rehearsal: Rehearsal, product: Product, persona: str, outcomes: set[str]
) -> None:
    colleague, customer = "+8613900000001", "+8613800000009"
    rehearsal.register(colleague, "colleague")
    rehearsal.register(customer, persona)
    greeting = "这里是凯灵。即将为您呼叫客户赵静。接通请按1。"
    gather = f'<Gather numDigits="1" action="/keys"><Say language="zh-CN">{greeting}</Say></Gather>'
    product.says("/voice", gather)
    leg = f'<Number statusCallback="{product.url("/leg")}" statusCallbackEvent="answered">{customer}</Number>'
    product.says("/keys", f'<Dial action="/dialled" timeout="25">{leg}</Dial>')
    product.says("/dialled", "<Hangup/>")
    for _ in range(5):
        place(rehearsal, product, To=colleague)
        rehearsal.advance(minutes=10)
    assert [request.form["Digits"] for request in product.at("/keys")] == ["1"] * 5
    ended = [request.form["DialCallStatus"] for request in product.at("/dialled")]
    assert len(ended) == 5
    assert set(ended) <= outcomes
    assert set(ended) & (outcomes - {"no-answer"})
    told = product.at("/leg")
    assert len(told) == ended.count("completed")
    assert all(request.signed for request in told)
    for request in told:
        assert (request.form["CallStatus"], request.form["To"]) == ("in-progress", customer)
        assert request.form["ParentCallSid"] != request.form["CallSid"]
    talked = [
        request.form["DialCallDuration"]
        for request in product.at("/dialled")
        if "DialCallDuration" in request.form
    ]
    assert len(talked) == ended.count("completed")


def test_words_reach_the_product_signed_and_with_the_carriers_confidence(
    rehearsal: Rehearsal, product: Product
) -> None:
    listening = MENU.replace("<Gather ", '<Gather input="dtmf speech" language="cmn-Hans-CN" hints="参加" ')
    product.says("/voice", listening)
    product.says("/keys", "<Hangup/>")
    for number in range(30):
        to = f"+86138000001{number:02d}"
        rehearsal.register(to, "wants_manager")
        place(rehearsal, product, To=to)
        rehearsal.advance(minutes=5)
    answers = product.at("/keys")
    said = [request for request in answers if request.form.get("SpeechResult")]
    pressed = [request for request in answers if request.form.get("Digits")]
    assert len(said) > len(pressed) > 0
    assert all(request.signed for request in answers)
    assert {request.form["Language"] for request in said} == {"cmn-Hans-CN"}
    assert not any("Digits" in request.form for request in said)
    clear = {request.form["SpeechResult"] for request in said if float(request.form["Confidence"]) >= 0.4}
    assert {"二", "2"} <= clear
    told = [line for call in rehearsal.ledger("calls") for line in call["transcript"] if "said" in line]
    assert len(told) == len(said)
    assert rehearsal.get("ledger/summary")["calls"]["spoken"] == len(said)


def test_a_recording_is_played_in_a_call_and_the_usual_key_is_pressed(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.register(TO, "keen")
    product.says(
        "/voice", '<Gather numDigits="1" action="/keys"><Play>https://media.example/a.mp3</Play></Gather>'
    )
    product.says("/keys", "<Hangup/>")
    for _ in range(20):
        place(rehearsal, product)
        rehearsal.advance(minutes=5)
        if product.at("/keys"):
            break
    assert product.at("/keys")[0].form["Digits"] == "1"
    lines = rehearsal.ledger("calls")[-1]["transcript"]
    assert [line["play"] for line in lines if "play" in line] == ["https://media.example/a.mp3"]

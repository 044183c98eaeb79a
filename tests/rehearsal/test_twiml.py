import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.callee import HangUp, KeyPress, Question, Reaction, Speech
from rehearsal.resources import Call, CallWishes
from rehearsal.schedule import Life
from rehearsal.twiml import Dial, Gather, Pause, Play, Say, TwimlError, parse_twiml
from rehearsal.twiml_player import DialResult, Document, TwimlPlayer, speaking_seconds

START = datetime(2026, 11, 22, 2, tzinfo=UTC)
URL = "https://keepline.test/voice/answer?a=1"


@dataclass
class Listener:
    """Presses what it is told to, menu by menu."""

    reactions: list[Reaction] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    is_machine: bool = False

    def hears(self, text: str) -> None:
        self.heard.append(text)

    def answers(self, question: Question) -> Reaction:
        self.questions.append(question)
        return self.reactions.pop(0) if self.reactions else None


@dataclass
class Web:
    """Serves documents by URL and remembers what was asked for."""

    documents: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    dialled: DialResult = field(default_factory=lambda: DialResult("completed", 5.0, 60.0))
    picked_up: list[tuple[str, str, float]] = field(default_factory=list)

    async def fetch(
        self, call: Call, url: str, method: str, params: dict[str, str], at: datetime
    ) -> Document | None:
        self.asked.append((url, params))
        twiml = self.documents.get(url)
        return None if twiml is None else Document(url, parse_twiml(twiml))

    def dial(self, call: Call, verb: Dial, at: datetime) -> tuple[str, DialResult]:
        return "CAleg", self.dialled

    async def tell_of_pickup(self, call: Call, leg_sid: str, url: str, at: datetime) -> None:
        self.picked_up.append((leg_sid, url, (at - START).total_seconds()))

    def new_sid(self, prefix: str) -> str:
        return prefix + "0" * 32


def a_call() -> Call:
    return Call("CA1", "AC1", "+8613800000000", "+8610690000", CallWishes(), START, START, START)


def play(
    twiml: str, listener: Listener, web: Web, *, seconds: float = 3600, interrupt_after: int = 10_000
) -> tuple[Call, float]:
    """Plays to the end; returns the call with its transcript, and how many virtual seconds it took."""
    call, life = a_call(), Life("lane", START)
    moments_seen = 0
    player = TwimlPlayer(
        call,
        life,
        listener,
        web,
        ends_at=START + timedelta(seconds=seconds),
        interrupted=lambda: moments_seen >= interrupt_after,
    )

    async def run() -> None:
        nonlocal moments_seen
        moments: AsyncGenerator[datetime, None] = player.play(
            Document(URL, parse_twiml(f"<Response>{twiml}</Response>"))
        )
        async for moment in moments:
            life.at = moment
            moments_seen += 1

    asyncio.run(asyncio.wait_for(run(), 10))
    return call, (life.at - START).total_seconds()


def lines(call: Call, key: str) -> list[object]:
    return [line[key] for line in call.transcript if key in line]


def test_prompts_take_their_time_and_are_written_down() -> None:
    listener = Listener()
    call, seconds = play(
        '<Say language="zh-CN">您好</Say><Pause length="3"/><Play>https://x/a.mp3</Play><Say loop="2">Bye</Say>',
        listener,
        Web(),
    )
    assert lines(call, "say") == ["您好", "Bye"]
    assert call.transcript[0]["language"] == "zh-CN"
    assert lines(call, "play") == ["https://x/a.mp3"]
    assert seconds == pytest.approx(speaking_seconds("您好") + 3 + 5 + 2 * speaking_seconds("Bye"), abs=0.01)
    assert listener.heard == ["您好", "Bye"]


def test_a_key_is_posted_to_the_action_which_takes_over() -> None:
    web = Web({"https://keepline.test/voice/keys": "<Response><Say>Thank you</Say><Hangup/></Response>"})
    listener = Listener([KeyPress("1", 0.5)])
    call, _ = play(
        '<Say>Hello.</Say><Gather numDigits="1" action="/voice/keys"><Say>Press 1</Say></Gather><Say>Never</Say>',
        listener,
        web,
    )
    assert web.asked == [("https://keepline.test/voice/keys", {"Digits": "1", "msg": "Gather End"})]
    assert lines(call, "digits") == ["1"]
    assert lines(call, "say") == ["Hello.", "Press 1", "Thank you"]
    assert listener.questions == [Question("Hello.。Press 1", digits=1)]


def test_a_key_pressed_during_the_prompt_cuts_it_short() -> None:
    web = Web({URL: "<Response/>"})
    prompt = "Press 1 " * 20
    _, quick = play(f'<Gather numDigits="1"><Say>{prompt}</Say></Gather>', Listener([KeyPress("1", -8)]), web)
    assert quick == pytest.approx(speaking_seconds(prompt.strip()) - 8, abs=0.01)


def test_silence_falls_through_after_the_timeout_unless_the_empty_result_is_wanted_too() -> None:
    web = Web({URL: "<Response/>"})
    call, seconds = play('<Gather timeout="7"/><Say>Nobody?</Say>', Listener(), web)
    assert web.asked == []
    assert lines(call, "say") == ["Nobody?"]
    assert seconds == pytest.approx(7 + speaking_seconds("Nobody?"), abs=0.01)
    play('<Gather timeout="7" actionOnEmptyResult="true"/><Say>Nobody?</Say>', Listener(), web)
    assert web.asked == [(URL, {"Digits": "", "msg": "Gather End"})]


@pytest.mark.parametrize(
    ("attributes", "pressed", "posted"),
    [
        ("", "12#", "12"),
        ("", "12", "12"),
        ('numDigits="1"', "12", "1"),
        ('finishOnKey="*"', "1*2", "1"),
        ('finishOnKey=""', "1#", "1#"),
    ],
)
def test_digits_end_by_number_finish_key_or_timeout(attributes: str, pressed: str, posted: str) -> None:
    web = Web({URL: "<Response/>"})
    play(f"<Gather {attributes}/>", Listener([KeyPress(pressed, 1)]), web)
    assert web.asked[0][1]["Digits"] == posted


def test_a_late_key_is_no_key() -> None:
    web = Web({URL: "<Response/>"})
    play('<Gather timeout="2"/>', Listener([KeyPress("1", 2.5)]), web)
    assert web.asked == []


def test_a_callee_who_hangs_up_ends_the_call() -> None:
    call, _ = play("<Gather/><Say>Never</Say>", Listener([HangUp(1)]), Web())
    assert lines(call, "say") == []
    assert lines(call, "event") == ["callee hung up"]


def test_impatience_cuts_a_prompt_which_then_was_not_heard() -> None:
    listener = Listener()
    _, seconds = play(
        "<Say>A rather long sentence that nobody waits for</Say><Say>More</Say>", listener, Web(), seconds=2
    )
    assert seconds == 2
    assert listener.heard == []


def test_a_redirect_is_followed_and_a_circle_is_broken() -> None:
    web = Web({"https://keepline.test/next": "<Response><Redirect>/next</Redirect></Response>"})
    call, _ = play("<Redirect>/next</Redirect>", Listener(), web)
    assert lines(call, "error") == [12400]
    assert len(web.asked) == 100


def test_a_document_that_cannot_be_had_ends_the_call() -> None:
    call, _ = play("<Redirect>/missing</Redirect><Say>Never</Say>", Listener(), Web())
    assert lines(call, "say") == []


def test_dial_reports_what_became_of_the_leg() -> None:
    web = Web({"https://keepline.test/dialled": "<Response/>"})
    call, seconds = play('<Dial action="/dialled"><Number>+8613900000000</Number></Dial>', Listener(), web)
    assert seconds == 65
    assert web.asked[0][1] == {
        "DialCallStatus": "completed",
        "DialCallSid": "CAleg",
        "DialCallDuration": "60",
        "DialBridged": "true",
    }
    web.dialled = DialResult("no-answer", 30.0)
    play('<Dial action="/dialled">+8613900000000</Dial>', Listener(), web)
    assert web.asked[1][1] == {"DialCallStatus": "no-answer", "DialCallSid": "CAleg"}
    assert lines(call, "outcome") == ["completed"]


def test_the_pickup_of_a_dialled_leg_is_told_when_it_happens_and_no_talk_is_longer_than_its_limit() -> None:
    web = Web({"https://keepline.test/dialled": "<Response/>"})
    number = '<Number statusCallback="https://keepline.test/leg" statusCallbackEvent="ringing answered">'
    dial = f'<Dial action="/dialled" timeLimit="20">{number}+8613900000000</Number></Dial>'
    _, seconds = play(dial, Listener(), web)
    assert web.picked_up == [("CAleg", "https://keepline.test/leg", 5.0)]
    assert seconds == 25
    assert web.asked[0][1]["DialCallDuration"] == "20"
    web.dialled = DialResult("no-answer", 30.0)
    play(dial, Listener(), web)
    assert len(web.picked_up) == 1
    web.dialled = DialResult("completed", 5.0, 60.0)
    play(dial.replace("ringing answered", "completed"), Listener(), web)
    assert len(web.picked_up) == 1


def test_record_and_enqueue_post_their_results() -> None:
    web = Web({"https://keepline.test/done": "<Response/>"})
    play('<Record action="/done" maxLength="3"/>', Listener(), web)
    assert web.asked[0][1]["RecordingDuration"] == "3"
    play('<Enqueue action="/done">retention</Enqueue>', Listener(), web)
    assert web.asked[1][1]["QueueResult"] == "bridged"


def test_an_interruption_stops_the_play_at_once() -> None:
    call, _ = play("<Say>One</Say><Say>Two</Say><Say>Three</Say>", Listener(), Web(), interrupt_after=2)
    assert lines(call, "say") == ["One", "Two"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Say>", 12100),
        ("", 12100),
        ("<Twiml/>", 12102),
        ("<Response><Sing>la</Sing></Response>", 12200),
        ("<Response><Gather><Dial>+1</Dial></Gather></Response>", 12200),
        ('<Response><Pause length="long"/></Response>', 12200),
        ("<Response><Dial/></Response>", 13221),
        (
            "<Response><Dial><Number statusCallback='leg' statusCallbackEvent='answered'>+1</Number></Dial></Response>",
            11100,
        ),
        ("<Response><Dial><Conference>room</Conference></Dial></Response>", 12200),
        ("<Response><Enqueue/></Response>", 13310),
        ("<Response><Play>recordings/hello.mp3</Play></Response>", 11100),
        ("<Response><Gather><Play/></Gather></Response>", 11100),
        ('<Response><Gather input="speech" language="zh"/></Response>', 13512),
    ],
)
def test_a_document_that_twilio_would_stop_at_has_its_code(document: str, code: int) -> None:
    with pytest.raises(TwimlError) as raised:
        parse_twiml(document)
    assert raised.value.code == code


def test_verbs_are_read_with_twilios_defaults() -> None:
    assert parse_twiml("<Response><Say>Hi <emphasis>you</emphasis></Say><Pause/><Gather/></Response>") == (
        Say("Hi you"),
        Pause(1.0),
        Gather(timeout=5.0, num_digits=None, finish_on_key="#"),
    )


LISTENING = """<Gather input="dtmf speech" language="cmn-Hans-CN" hints="一, 参加" speechTimeout="auto"
 numDigits="1" timeout="6" actionOnEmptyResult="true"><Play>https://x/ask.mp3</Play></Gather>"""


def test_a_gathering_that_listens_is_read_whole() -> None:
    (gather,) = parse_twiml(f"<Response>{LISTENING}</Response>")
    assert gather == Gather(
        prompts=(Play("https://x/ask.mp3"),),
        timeout=6.0,
        num_digits=1,
        action_on_empty=True,
        listens=True,
        language="cmn-Hans-CN",
        hints=("一", "参加"),
        pause=1.0,
    )


def test_words_are_posted_with_the_carriers_confidence_instead_of_digits() -> None:
    web = Web({URL: "<Response><Hangup/></Response>"})
    listener = Listener([Speech("参加", 0.87, 1.5)])
    call, seconds = play(LISTENING, listener, web)
    assert web.asked == [(URL, {"SpeechResult": "参加", "Confidence": "0.87", "Language": "cmn-Hans-CN"})]
    assert listener.questions == [Question("", digits=1, takes_keys=True, listens=True)]
    assert lines(call, "said") == ["参加"]
    assert lines(call, "digits") == []
    assert seconds == pytest.approx(5 + 1.5 + speaking_seconds("参加") + 1.0, abs=0.01)


def test_a_key_is_still_a_key_where_the_carrier_listens() -> None:
    web = Web({URL: "<Response><Hangup/></Response>"})
    play(LISTENING, Listener([KeyPress("2", 0.5)]), web)
    assert web.asked == [(URL, {"Digits": "2", "msg": "Gather End"})]


def test_words_that_begin_too_late_are_silence() -> None:
    web = Web({URL: "<Response><Hangup/></Response>"})
    call, _ = play(LISTENING, Listener([Speech("参加", 0.9, 6.5)]), web)
    assert web.asked == [(URL, {"Digits": "", "msg": "Gather End"})]
    assert lines(call, "said") == []


def test_a_recording_in_a_gathering_is_played_and_written_down() -> None:
    call, seconds = play(
        '<Gather timeout="4"><Say>Hi</Say><Play>https://x/ask.wav</Play></Gather>', Listener(), Web()
    )
    assert lines(call, "play") == ["https://x/ask.wav"]
    assert seconds == pytest.approx(speaking_seconds("Hi") + 5 + 4, abs=0.01)


def test_a_number_of_several_digits_ends_at_its_last() -> None:
    web = Web({URL: "<Response><Hangup/></Response>"})
    _, seconds = play('<Gather numDigits="4" timeout="10"/>', Listener([KeyPress("1234", 2)]), web)
    assert web.asked[0][1]["Digits"] == "1234"
    assert seconds == 2
    _, seconds = play('<Gather numDigits="4" timeout="10"/>', Listener([KeyPress("12#", 2)]), web)
    assert web.asked[1][1]["Digits"] == "12"
    assert seconds == 2

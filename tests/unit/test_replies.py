"""What customers write back, and what it is taken for."""

from __future__ import annotations

import pytest

from bot.flow.replies import Meaning, understand

REFUSALS = """
STOP | stop | Stop. | STOP!!! | Stop. Thank you | stop please | please stop | ok stop | STOP ALL | stopall
S T O P | unsubscribe | Unsubscribe me please | hi, please unsubscribe | opt out | opt-out | OPTOUT
i want to opt out | quit | end | cancel | please cancel | revoke | remove me | T | t | Ｔ | TD | ＴＤ | td。 | td 谢谢
R | N | 0000 | 退订 | 退訂 | “退订” | 退订！ | 请退订，谢谢 | 我要退订 | 请帮我退订 | 怎么退订 | 如何退订这个短信
拒收 | 我要拒收 | 拒绝接收 | 取消 | 取消吧 | 取消订阅 | 停止 | 停止吧 | 停止发送 | 请停止发送此类短信 | 不要 | 停
别发了 | 别再发了 | 別再發了 | 不要再发了 | 不要再给我发短信了 | 请不要再发短信 | 不要再打了 | 别给我打电话了
不要打电话给我 | 别烦我 | 勿扰 | 请勿打扰 | 不想再收到你们的短信 | 不需要这些广告 | 停止骚扰 | 再发我投诉了
麻烦把我从名单里删除 | 不要取消套餐，别再发短信了 | stop 👋 | Stop! Who is this? | no thanks. stop | Stop it now
please stop texting me | stop sending me messages | stop calling me | don't text me anymore
Do not contact me again | remove me from your list | take me off this list | no more texts please
I don't want these messages | I don't want to receive any more messages | leave me alone
how do I unsubscribe? | how do I stop these messages? | can't you stop texting me | wrong number stop
this is not john, stop texting | I don't want to cancel my plan, just stop texting me
stpo | stopp | sotp | Unsubcribe | unsubscribed
"""

NO_REFUSALS = """
don't stop | do not stop | never stop! | Don't stop sending offers | please don't unsubscribe me
I don't want to unsubscribe | can you stop by tomorrow | stop by the shop? | bus stop near me | nonstop
is there a stop on my account | can't stop using data | when does the offer end? | end of the month
I will cancel my old plan | how can i cancel my plan | can I opt out later? | quit smoking | stop my plan
how to stop auto renew | shop | step | top | spot | tea | today | tomorrow | wait, what? | no thanks
停机保号 | 停机保号怎么办理 | 取消套餐怎么办 | 怎么退订流量包 | 退订彩铃 | 退订套餐 | 取消来电显示 | 不要停 | 不要停机
别停我的号 | 别停，我参加 | 我不退订 | 不要取消我的优惠 | 误退订 | 怎么停机 | 我在停车场 | 不停地掉线 | 别发货
不要发票 | T恤 | 不参加 | 不办理 | 什么活动 | 余额多少 | 我要充值 | 太好了 | 人工 | 1 | 2 | 好的
"""

KEYS = {
    "1": "1 | １ | ① | 1️⃣ | 1。 | 1. | “1” | 1 thanks | 1谢谢 | 您好1 | 好的1 | 1, please | 回1 | 回复1 | 按1"
    " | 我选1 | 1号 | press 1 | Reply 1 | option 1 | one | 一 | 1参加 | yes | Yes please!"
    " | yes pls | OK | ok thanks | sure | 好"
    " | 好的 | 好的谢谢 | 好的，谢谢 | 是的，参加 | 参加 | 參加 | 我要参加 | 同意 | 可以的 | 领取",
    "2": "2 | 回2，谢谢 | press 2 please | two | 二 | 我选2 | ２。",
    "9": "9",
}

UNCLEAR = "1 2 | 1元 | 12345 | 1个月后再说 | 你好 | 谢谢 | ? | 👍 | 什么活动 | who is this | no | 不用了 | 2026年 | 1-2"


def listed(text: str) -> list[str]:
    return [word.strip() for line in text.splitlines() for word in line.split("|") if word.strip()]


@pytest.mark.parametrize("text", listed(REFUSALS))
def test_a_refusal_is_heard_in_whatever_words(text: str) -> None:
    assert understand(text).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize("text", listed(NO_REFUSALS))
def test_what_only_sounds_like_a_refusal_is_none(text: str) -> None:
    assert understand(text).meaning is not Meaning.OPT_OUT


@pytest.mark.parametrize(
    ("key", "text"), [(key, text) for key, texts in KEYS.items() for text in listed(texts)]
)
def test_a_key_is_understood_through_politeness_and_width(key: str, text: str) -> None:
    understood = understand(text)
    assert (understood.meaning, understood.key) == (Meaning.KEY, key)


@pytest.mark.parametrize("text", listed(UNCLEAR))
def test_what_is_unclear_stays_unclear(text: str) -> None:
    assert understand(text).meaning is Meaning.UNCLEAR


@pytest.mark.parametrize("text", ["START", "start", "unstop", "恢复接收", "取消退订"])
def test_only_an_explicit_return_opts_in(text: str) -> None:
    assert understand(text).meaning is Meaning.OPT_IN


@pytest.mark.parametrize("text", ["HELP", "help?", "info", "帮助"])
def test_a_call_for_help_is_one(text: str) -> None:
    assert understand(text).meaning is Meaning.HELP


def test_a_key_that_is_no_answer_now_is_unclear() -> None:
    assert understand("3", keys={"1", "2"}).meaning is Meaning.UNCLEAR
    assert understand("1", keys={"1", "2"}).key == "1"


def test_an_understanding_names_the_words_that_decided_it() -> None:
    assert understand("Please STOP texting me!").wording == "stop texting"
    assert understand("好的，谢谢").wording == "好的"


def test_a_very_long_message_is_read_in_no_time() -> None:
    assert understand("不" * 50_000).meaning is Meaning.UNCLEAR
    assert understand("please " * 10_000).meaning is Meaning.UNCLEAR

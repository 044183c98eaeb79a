"""What customers write back, and what it is taken for: whole families of wordings, and their near misses."""

from __future__ import annotations

import pytest

from bot.flow.replies import Meaning, understand
from bot.flow.reply_words import YES_WORDS
from bot.flow.reply_words.lexicon import LETTER_OF
from bot.flow.reply_words.reading import SPELT_NEARLY

REFUSALS = {
    "a keyword": """
        Stop. Thank you | please stop | just stop | STOP ALL | STOP STOP STOP | stop, thx | ok now stop
        no stop | unsub | Unsubscribe from this list please | Opt Out. | OPTOUT thanks | quit it
        please end | revoke | cease | exit | desist | no more | 退订退订 | 全部TD | 请回T | 发TD | 好的，T
        不需要，T | tt | r | n。 | js | 0000谢谢 | 拒收！！！ | 取消了吧 | 停停停 | 退吧 | 给我退了 | 勿
        不要！不要！ | 唔要 | 回TD | TD TD TD！ | 【退订】 | “T”
    """,
    "beside the key that the same text named": """
        STOP 1 | 1 stop | STOP2 | 2 STOP | 1STOP! | stop #2 | STOP-1 | stop 1, please | 2 stpo | stop stop 1
        cancel 2 | QUIT 1 | 1 end | End2 | revoke 1 | unsubscribe 2 | opt out 1 | STOP 30 | 10086 stop
        退订1 | 1退订 | 停1 | 取消2 | 1拒绝 | 拒收 1 谢谢 | TD1 | 1TD | 2 T | T1 | 1R | 退1
    """,
    "misspelt, drawn out, spelt out": """
        stoooop | STOPPPP | stahp | stp | dtop | s7op | 5top | $top | STОP | sto p | s-t-o-p | S.T.O.P
        ⓢⓣⓞⓟ | 🛑 | unsubscibe | unsuscribe | usubscribe | cancle | remvoe me | opt ot | 退定了 | 推订
        腿丁 | 据收 | 取销 | 退.订 | 退 订 | tui ding | tuìdìng | bie fa le | 别法了 | 不要在发了 | 憋发了
        段信别发 | ＴＤ | 請勿再傳 | 別再傳了
    """,
    "the verb of ending, and what is to end": """
        stop with the ads | stop all these stupid texts | stop wasting my time | stop filling my inbox
        quit texting | cease all communication | end these messages | cancel these texts
        turn off these notifications | halt this | discontinue please | this has to stop
        I want these texts to stop | I told you to stop | refuse all calls | and stop | who is this stop
        wrong number stop | stop I have no plan with you | stop means stop | 停止推送 | 停发短信
        关掉这个通知 | 终止订阅 | 取消所有短信 | 拒绝一切广告 | 谢绝推销 | 这种广告停了吧 | 推送关掉
        短信不要了 | 电话别再打了 | 营销短信不要 | 把短信停了 | 停止一切营销行为 | 关短信 | 別再打來了
        停止接收
    """,
    "out of the list": """
        Get me off this list | take my number off your list | I'd like to be removed | can I be taken off
        please have me removed | exclude me from future messages | erase my details | leave me off your list
        add me to your do not contact list | remove number | I asked to be removed | delete my data
        lose my number | 把我删了 | 麻烦把我的手机号从系统里删掉 | 移出名单 | 将本号码移出你们的名单
        把我加入免打扰名单 | 拉黑我吧 | 請將我從名單刪除 | 剔走我 | remove我的number | 把我踢出去
    """,
    "the word that forbids": """
        never text me again | do not ever call again | Do not use my number for marketing, don't message it
        please refrain from contacting me | you may not text me | I forbid you to call me
        would you mind not texting | I'd rather you didn't text me | told you not to call
        not to be contacted again | No more promos | no spam | No calls, no texts.
        please do not call and text me | don't call, text or email me | I prefer no texts
        don't call me 5 times a day | Don't include me in your promotions | no further messages
        do not contact me, ever | 别老给我推送 | 甭给我发 | 莫再发咯 | 不用再发了 | 不需要再联系
        别给我打电话和发短信了 | 不要打电话、发短信 | 别让我再看到你们 | 我不要再收到 | 少来烦我
        少发点短信 | 能不发短信吗 | 你们就不能不发吗 | 谁让你们发的 | 不发了 | 唔使再打嚟 | 咪再煩我
        唔好再搵我 | 唔好俾我廣告 | 别再spam我了 | 不要再sms我 | don't 再发
    """,
    "not wanting": """
        I do not want to be bothered | don't want to hear from you | I don't need these ads
        not interested in your texts | I refuse to receive ads | I wish to no longer receive these
        your texts are not welcome | texts not wanted | 我不想被打扰 | 不想看到你们的广告 | 不愿意再被打扰
        我不收广告 | 不再接收 | 不接受任何推广短信 | 这种短信我不需要 | 我唔想收 | 唔想再收到短訊
        没空看你们的短信，别发
    """,
    "consent that is missing or taken back": """
        consent withdrawn | I revoke my permission | I do not consent to these messages
        You don't have my permission to contact me | I never signed up for these messages
        I didn't ask for these texts | never subscribed | who gave you permission to call me | 撤销授权
        不授权你们使用我的号码 | 我没同意接收 | 从来没同意过你们发短信
    """,
    "how to get out": """
        How do I get off this list? | is there a way to opt out | why can't I unsubscribe
        what should I do to unsubscribe? | how do I make this stop | how to get rid of these texts
        what do I have to do to stop these messages | Is it possible to stop these texts
        why won't you stop | will you ever stop | what's the opt out code? | 在哪里退订 | 退订发什么
        回复什么可以退订 | 如何拒收 | 怎么才能不收到短信 | 怎么屏蔽你们的短信 | 退订方法 | 怎么还没退订
        为什么退订不了 | 能帮我取消吗 | 點樣取消訂閱
    """,
    "refused before": """
        I already sent STOP last week | I unsubscribed and you still text me
        How many times do I have to say STOP? | 回了T还发 | 说了多少遍别发了 | 退订了还收到
        都回TD了怎么还发
    """,
    "threats": """
        text me again and I'll call the police | one more text and I report you
        if you don't stop I'm leaving | I'm marking this as spam | I will block you | 再打我就报警
        再发就拉黑 | 再发试试 | 再打嚟就報警 | 再骚扰我我就换运营商 | 我要投诉你们骚扰
    """,
    "anger and weariness": """
        piss off | get lost | shut up already | give it a rest | enough | Enough. I get five a day.
        so annoying | I'm sick of these texts | your texts drive me crazy | too many messages
        this is harassment | spam! | you keep calling me every day | why am I still getting these messages
        can't you leave me alone | 滚远点 | 闭嘴 | 真烦人 | 有完没完？ | 烦不烦啊 | 神经病 | 天天发，烦死了
        怎么又发 | 又发垃圾短信 | 短信太多了 | 放过我吧 | 让我清静清静 | 互不打扰 | 半夜发短信，有病
        收聲啦 | 行開 | 24小时不停发，烦
    """,
    "with a decline, a yes or another story": """
        no thanks, and no more texts | Thanks but please stop | yes stop | OK, no more calls please
        Fine. No calls. | I'm not one of your customers, don't contact me
        this is not my number stop texting | he's dead. Remove this number | too expensive, unsubscribe me
        I do not need this please unsubscribe | 不要，滚 | 太贵了退订吧 | 我不需要帮我退订
        机主去世了，别再发了 | 8条了，停 | 不用了，也别再发 | 我在上班，别再打了 | 好的，以后别打了
        没兴趣，勿发 | don't stop my plan, stop the texts | 不要取消套餐，别再发短信了
    """,
}

NO_REFUSALS = {
    "asks us to go on, or denies a refusal": """
        Please don't stop the offers | I don't want to stop | keep sending | don't remove me
        don't take me off the list | please keep me on your list | I haven't opted out | no need to stop
        who said stop | it wasn't me who unsubscribed | 别停，多发点 | 别把我从名单里删掉 | 我不想退订
        我没回TD | 不是我退订的 | 我什么时候说要退订了 | 没让你们停 | 不要停止发优惠 | 請不要取消 | 咪停呀
        别stop
    """,
    "another service": """
        cancel roaming | stop auto renewal | please stop charging me | can you cancel my data pack
        delete my voicemail | unsubscribe me from Netflix | remove the charge from my bill
        turn off call waiting | I want out of my contract | the charge needs to be removed
        cancel my number | block my lost sim | how do I block spam calls | 取消漫游 | 怎么退订彩铃
        流量包怎么退订 | 退订天气预报 | 帮我停机 | 停号 | 解除合约 | 退订金 | 退T恤 | 退宽带 | 取消月費計劃
        cut線 | cancel合約 | 怎么拉黑一个号码
    """,
    "another hour, another way": """
        don't call me now | please don't call in the evening | don't ring me at work
        don't call, I'm driving | please don't call during my shift | don't call, text me
        text me, don't call | no calls, just text | don't call my husband, call me | 晚上别打电话
        9点以前不要打电话 | 别在开会时打 | 午休时间请勿打扰 | 在吃饭，别打 | 别打电话，发短信就行
        而家唔好打 | 返工唔好打 | 先别打 | 再打给我就行
    """,
    "a question about it": """
        what does STOP mean | what happens if I reply stop | can I cancel anytime? | can I opt out later on
        opt out of what | if I opt out do I lose my balance | why was I unsubscribed
        why did you stop sending me offers | did I unsubscribe? | 退订啥意思 | TD是什么 | 退订要钱吗
        参加后可以退订吗 | 如果我退订呢 | 为什么给我退订了 | 短信怎么停了 | 退訂咩嚟 | 回1还是回T
        不满意可以退订吗 | 不免费就退订
    """,
    "words that only look like it": """
        can I stop at your shop | one stop shop | nonstop | full stop | weekend please | end of contract
        I quit smoking | network stopped | my texts don't send | not getting any texts
        I have no more texts left | no pressure | opt 2? | you never call me back
        my phone was on do not disturb | I don't want to lose my number | that's too much | too expensive
        is 5GB enough | sick of slow internet | I'm fed up with your network
        I did not authorise this charge | 停车多少钱 | 网停了 | 我的号码停了 | 别的有吗 | 特别好 | 不要钱吗
        不得不说 | 很少打电话 | 发不出短信 | 信号消失了 | 不用打电话就能办吗 | 不用微信 | 短信删了
        有人一直骚扰我怎么办 | 打不通 | 滚动 | 根据收费 | 麻烦事 | 号码不要了
    """,
    "a number of something, or a number that is turned down": """
        stop at 3 pm | bus stop 2 | 2 stops | stop 2 of the bus | 1 stop shop | line 2 stop | don't stop 1
        stop 5G | leave 1 | not 2 | 不要2 | 1 不要2 | 退50 | T30 | N95 | 别停1
    """,
    "a decline of the offer": """
        no thanks | not for me | I don't want it | no I don't | never mind | I give up | 不要流量 | 不想办
        算了 | 免了 | 不需要优惠 | 我放弃 | 别了 | 唔使喇 | 不要短信，要流量 | I need data, not texts
        don't bother
    """,
}

KEYS = {
    "1": """
        1 | １ | ① | ❶ | 1️⃣ | 1~ | [1] | No.1 | 1 thanks! | Hi, 1 | 好的1 | reply 1
        I'll go with option 1 please | 1st option | first one please | my answer is 1 | make it 1 | 1、办理
        1， 尽快 | 我选择1 | 第1个 | 第一种 | 1号 | 选一吧 | 还是1 | 是1 | 1, when does it begin
        1, no need to call | 1 dont call me just activate | 1，别打电话 | 1，不要2 | 1 I want it
        oops I meant 1 | 1 to join | 办1 | 壹
    """,
    "2": """
        2 | two please | the 2nd one please | I'd prefer 2 | give me 2 | no, 2 | not 1 but 2
        2 manager please | 2 call me | 2, don't call at lunch | 2 and please call after 5pm
        2. I need to talk about my bill. | 2，晚上不要打 | 2明天打给我 | 不是1是2 | 说错了，2 | 改成2
        应该是2 | 2 我要转人工 | 我要第二個 | 揀2 | 2，不想取消套餐
    """,
    "9": "9 | press 9",
}

AGREED = """
    Yes!! | yesss | yeah sure | sure please | of course | okay sounds good | ok i'll join | Go for it
    sign me up | I do | why not | not a problem | I would love to | that works | by all means | 好的好的
    好滴 | 行，办吧 | 可以，开通吧 | 要的 | 我愿意参加 | 帮我办理一下 | 麻烦办一下 | 加我一个 | 没问题，办吧
    就这么办 | 当然可以 | 是的 | 係 | 冇問題 | 要呀 | 好ok
"""

UNCLEAR = """
    1? | 1 or 2 | 2 or 1? | 12345 | 1 month | 2 days ago | $5 | 10:30 | 555-0199 | 1/2 | not 1 | neither
    both | one moment please | two things: price and speed | I have two phones | what is option 1 | 1块钱
    1还是2？ | 我不要1 | 别选2 | 第一次收到 | 一共多少 | 1是什么 | yes? | yes but how much
    if it's cheap then yes | ok, no thanks | 好吗 | 可以吗 | 好的，我考虑考虑 | 要是便宜就办 | 参加过了
    已经办了 | 得了吧 | 好贵 | 👍 | who is this | 人工 | call me | ??? | 😡
"""

RETURNS = """
    START | unstop | resume texts | opt me back in | subscribe me | put me back on the list
    sign me up for texts again | you may text me again | I want your texts again
    I'd like to hear from you again | bring back the texts | I replied STOP by accident
    I didn't mean to unsubscribe | ignore my stop | cancel my opt out | I regret unsubscribing | 恢复推送
    重新接收 | 取消退订 | 我不小心退订了 | 退订是误操作 | 手误发了TD | 不是要退订，按错了
    之前退订了，请恢复 | 又想收短信了 | 恢復接收 | 撳錯退訂，想恢復 | start 谢谢
"""

NO_RETURNS = "start of the month | it doesn't start | reactivate my number | 恢复我的号码 | 停机怎么恢复 | 什么时候开始"

CALLS_FOR_HELP = """
    HELP!!! | H E L P | halp | can you help me? | need help | more info | 帮帮我 | 请帮助我 | 能帮助我吗
    帮忙 | 唔該幫下我 | 请help
"""

NO_CALLS_FOR_HELP = "this is no help | help me cancel my plan | info about roaming"


def listed(text: str) -> list[str]:
    return [word.strip() for line in text.splitlines() for word in line.split("|") if word.strip()]


def by_family(families: dict[str, str]) -> list[tuple[str, str]]:
    return [(family, text) for family, texts in families.items() for text in listed(texts)]


@pytest.mark.parametrize(("family", "text"), by_family(REFUSALS))
def test_a_refusal_is_heard_in_whatever_words(family: str, text: str) -> None:
    understood = understand(text, ("1", "2"))
    assert understood.meaning is Meaning.OPT_OUT, family
    assert understood.wording


@pytest.mark.parametrize(("family", "text"), by_family(NO_REFUSALS))
def test_what_only_sounds_like_a_refusal_is_none(family: str, text: str) -> None:
    assert understand(text, ("1", "2")).meaning is not Meaning.OPT_OUT, family


@pytest.mark.parametrize(("key", "text"), by_family(KEYS))
def test_a_key_is_understood_through_politeness_and_remarks(key: str, text: str) -> None:
    understood = understand(text)
    assert (understood.meaning, understood.key) == (Meaning.KEY, key)


@pytest.mark.parametrize("text", listed(AGREED))
def test_a_yes_is_the_first_key_and_is_told_from_a_digit(text: str) -> None:
    understood = understand(text)
    assert (understood.meaning, understood.key) == (Meaning.KEY, "1")
    assert understood.wording in YES_WORDS


@pytest.mark.parametrize("text", ["", " ", "。", *listed(UNCLEAR)])
def test_what_is_unclear_stays_unclear(text: str) -> None:
    assert understand(text, ("1", "2")).meaning is Meaning.UNCLEAR


@pytest.mark.parametrize("text", listed(RETURNS))
def test_who_wants_to_hear_from_us_again_is_heard(text: str) -> None:
    assert understand(text).meaning is Meaning.OPT_IN


@pytest.mark.parametrize("text", listed(NO_RETURNS))
def test_only_messages_are_returned_to(text: str) -> None:
    assert understand(text).meaning is not Meaning.OPT_IN


@pytest.mark.parametrize("text", listed(CALLS_FOR_HELP))
def test_a_call_for_help_is_one(text: str) -> None:
    assert understand(text).meaning is Meaning.HELP


@pytest.mark.parametrize("text", listed(NO_CALLS_FOR_HELP))
def test_help_with_something_else_is_not_ours_to_answer(text: str) -> None:
    assert understand(text).meaning is not Meaning.HELP


def test_a_refusal_is_heard_before_a_key_a_return_or_help() -> None:
    for text in (
        "1. Stop texting me",
        "start sending useful things or stop texting me",
        "help me unsubscribe",
    ):
        assert understand(text).meaning is Meaning.OPT_OUT


def test_a_mistaken_subscription_is_no_mistaken_refusal() -> None:
    assert understand("I subscribed by mistake, please unsubscribe me").meaning is Meaning.OPT_OUT


def test_a_key_that_is_no_answer_now_is_unclear() -> None:
    assert understand("3", keys={"1", "2"}).meaning is Meaning.UNCLEAR
    assert understand("yes", keys={"2", "3"}).meaning is Meaning.UNCLEAR
    assert understand("1", keys={"1", "2"}).key == "1"


def test_an_understanding_names_the_words_that_decided_it() -> None:
    assert understand("Please STOP texting me!").wording == "stop texting"
    assert understand("好的，谢谢").wording == "好的"
    assert understand("2 我要转人工").wording == "2"
    assert understand("2. STOP!").wording == "2 stop"


@pytest.mark.parametrize(
    "repeated", ["不", "别我", "? ", "please ", "don't want to ", "stop ", "1 ", "zz ", "s t o p "]
)
def test_a_very_long_message_is_read_to_its_two_thousandth_character(repeated: str) -> None:
    long = repeated * 25_000
    assert understand(long) == understand(long[:2_000])
    assert understand("x" * 2_000 + " stop").meaning is Meaning.UNCLEAR


def test_misspelt_words_are_known_when_they_are_spelt_right() -> None:
    assert {(word,) for word in SPELT_NEARLY} <= set(LETTER_OF)

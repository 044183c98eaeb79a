"""What sounds like a refusal and is none: rules over what the words of one message say."""

from __future__ import annotations

from typing import Final

#: "why don't you stop", "if you don't stop", "再不停": the no belongs to those who do not stop.
RHETORIC: Final = (
    "[WHY IF HOW STILL] [YOU FILL ME MODAL]{0,2} NEG ANY{0,3} [ENDING PULL]",
    "AGAIN NO ANY{0,2} ENDING",
    "YOU MODAL? [NO DIDNT CANT NEVER] ANY{0,2} ENDING",
    "ISNT ANY{0,6} ENDING ANY{0,3} [DOES ASK]",
)

_NO = "[DONT NEVER NO_NEED NO NOT DIDNT ISNT]"
_BETWEEN = "PART FILL BE SAY WISHES SELF TO REPLY ONLY MODAL AGAIN OFTEN CONSENT WHAT FROM LIST BEI"

#: Asks us to go on, or denies having refused.
GOING_ON: Final = (
    # don't stop, I don't want to unsubscribe, 不要退订, 我没说要退订
    f"{_NO} (?!YOU) [{_BETWEEN}]{{0,5}} [ENDING PULL]",
    # I didn't ask you to stop; 别给我停, 没让你们停, 别把我从名单里删掉
    f"{_NO} (?!YOU) [{_BETWEEN} ME YOU]{{0,5}} TO [ENDING PULL]",
    f"{_NO} [TO FILL BEI SAY] [ME YOU]{{1,2}} [FROM LIST FILL BEI]{{0,3}} [ENDING PULL]",
    # 不是我退订的, it wasn't me who unsubscribed; 我没回TD
    "[ISNT DIDNT NOT] ME [WHAT THIS FILL]{0,2} UNSUBSCRIBE",
    "[DIDNT NO NOT NEVER ISNT DO_NOT] [ME FILL SELF]{0,2} [REPLY SEND] [FILL LE]? [CODE LETTER]",
    # I can't stop laughing; but "I can't unsubscribe" wants to
    "CANT (?!YOU) [PART FILL SELF ME TO MODAL WISHES REPLY]{0,3} [STOP CANCEL DELETE BLOCK]"
    " (?!THIS{0,2} REACH | THIS{1,2} MAIL)",
    # who said stop, 我什么时候说要退订了
    "WHAT [ME DOES]? SAY [FILL PART]? WISH? [UNSUBSCRIBE STOP]",
)

_NO_MAIL = "[!CUT ASK TEXT MESSAGES PHONE HARASSMENT SEND CALL NEG LIST SELF IF LE]"
_OF_IT = "[HOW FILL THE BE THIS YES CAN MAY WISH ME TO PART WHAT DOES]"

#: It is another service that is to end.
ANOTHER_SERVICE: Final = (
    # cancel my data pack, 退订5元的流量包; but not "退订套餐短信"
    f"ENDING {_NO_MAIL}{{0,5}} TEXT? PRODUCT+ (?!ANY? MAIL)",
    f"[STOP CANCEL DELETE LEAVE BLOCK] {_NO_MAIL}{{0,5}} HANDSET (?!ANY? MAIL)",
    f"[STOP CANCEL DELETE LEAVE BLOCK] {_NO_MAIL}{{0,3}} TEXT? SERVICE (?!ANY? MAIL)",
    "UNSUBSCRIBE (?!THIS) [PART LE FILL HOW ME PERSON X]{0,3} SERVICE (?!ANY? MAIL)",
    # 流量包怎么退订
    f"PRODUCT (?!MAIL) {_OF_IT}{{0,4}} [UNSUBSCRIBE CANCEL LEAVE STOP] (?!ANY{{0,3}} [MAIL SEND CALL])",
    # 退订天气预报: whatever that is
    "UNSUBSCRIBE HAN{2,8} (?!ANY{0,3} MAIL)",
    "[CANCEL DELETE UNSUBSCRIBE LEAVE] [THIS FILL LE]{0,2} JOIN",
    "[CANCEL STOP] [THIS FILL]{0,2} OFFERS (?!ANY? MAIL)",
    "PULL ME ANY{0,3} OFF ANY{0,3} PRODUCT",
    # how do I block nuisance calls
    "HOW [!YOU THIS CUT ASK]{0,4} BLOCK [!YOU THIS CUT ASK]{0,4} [PHONE HARASSMENT MESSAGES]",
    "HOW ANY{0,2} BLOCK (?!ANY{0,3} [YOU THIS])",
    "HOW ANY{0,3} STOP ANY{0,2} [PHONE HARASSMENT] FROM X",
    "BLOCK ANY{0,2} [PHONE HARASSMENT] FROM [X KEY AMOUNT OWN]",
    "(?<![FILL TO]) YOU [FILL TO MODAL]{0,3} BLOCK (?!ANY{0,4} LIST)",
    "[WHAT DOES] [FILL YOU SELF ME TO]{0,3} BLOCK",
)

#: Asks about a refusal: what it means, what it does, who made it, and whether one might later.
ASKED_ABOUT: Final = (
    "^ [POLITE PART]{0,3} WHAT [FILL THE BE DOES]{0,2} [ENDING CODE LETTER] [FILL MEAN PART]{0,3} $",
    "[ENDING CODE LETTER] ANY{0,3} MEAN (?!ENDING)",
    "[UNSUBSCRIBE CODE LETTER] [BE THE FILL LE]{0,2} WHAT",
    "UNSUBSCRIBE [TO FROM] WHAT",
    "STOP [BE FILL]{0,2} WHAT POLITE{0,2} $",
    # why was I unsubscribed, 为什么给我退订了, 谁退订的
    "[WHY WHAT DOES] (TO ME | [FILL YOU SELF ME]{1,3}) [UNSUBSCRIBE CANCEL DELETE BLOCK]",
    "HOW [FILL TO]{1,2} ME ENDING LE",
    "HOW THEN UNSUBSCRIBE LE",
    "^ [WHY POLITE]{0,2} DOES [FILL HAVE]? UNSUBSCRIBE (?!FILL)",
    "^ POLITE{0,2} WHAT [UNSUBSCRIBE CANCEL] LE",
    "WHAT [UNSUBSCRIBE CANCEL DELETE] ME",
    # why did you stop sending offers, 短信怎么停了, why don't you text me anymore
    "[WHY WHAT] [DOES FILL HAVE]{1,2} YOU? STOP",
    "WHY [LINK]{0,3} [STOP CANCEL] LE",
    "[WHY HOW] ANY{0,4} MAIL ANY{0,2} STOP",
    "MAIL HOW STOP",
    "DOES STOP",
    "WHY [YOU DOES FILL]{0,3} [DO_NOT NEVER NOT DIDNT NO] [LINK]{0,2} (REACH | [GET HEAR TAKE] [LINK]{0,3} MAIL)",
    # can I cancel?, 能取消吗, 以后可以退订吗, can I opt out later
    "(?<!PERSON) [CANCEL DELETE LEAVE STOP] LE? PART? DOES",
    "MODAL SELF CANCEL ASK",
    "[X FROM_NOW] LE? [YES CAN MAY]{1,2} ENDING LE? PART? DOES",
    "[CAN YES MAY] SELF? [UNSUBSCRIBE CANCEL STOP] [THIS FILL]{0,2} [ANY_TIME LATER]",
    "ANY_TIME ANY{0,3} [UNSUBSCRIBE CANCEL STOP LEAVE]",
    "JOIN LE? [FROM_NOW TIME] ANY{0,5} [UNSUBSCRIBE CANCEL STOP LEAVE]",
    "(?<=[LE CUT X WANT]) AGAIN [UNSUBSCRIBE CANCEL LEAVE]",
    # what if I reply stop, 退订会影响话费吗, 退订要钱吗
    "IF [SELF ME MODAL REPLY SEND TEXT WISHES TO PART FILL]{0,5} [ENDING CODE LETTER]",
    "[CAN WILL] ENDING ANY{0,3} IF",
    "[UNSUBSCRIBE CANCEL STOP] LE? [FROM_NOW TIME LATER] ANY{0,6} [WHAT DOES ASK COST]",
    "UNSUBSCRIBE LE? MODAL ANY{0,6} [DOES WHAT ASK]",
    "UNSUBSCRIBE ANY{0,2} COST ANY{0,2} [DOES WHAT ASK]",
    "DOES ANY{0,2} COST ANY{0,2} UNSUBSCRIBE",
    # if it costs anything I'll stop, 不免费就退订
    "IF ANY{0,5} COST ANY{0,3} CUT? [LINK MODAL]{0,3} ENDING",
    "[IF NO ISNT DIDNT] (?!YOU) [!CUT ASK]{0,6} THEN ME? ENDING",
    "COST [PART LE]{0,2} THEN ENDING",
)

#: States what has happened, or does not.
STATED: Final = (
    # 怎么停了, 昨天停了, 会停吗, 短信删了, 我删了
    "HOW THEN? STOP LE",
    "^ TIME [PART FILL]{0,2} STOP LE (?!ANY)",
    "WILL STOP DOES",
    "[TEXT MESSAGES] DELETE LE",
    "(?<!FILL) [PERSON SELF MISTAKE] [PART NOW]? DELETE LE",
    # 不用打电话就能办吗
    "NO_NEED [TO FILL]? REACH ANY{0,2} [JOIN YES CAN]",
    "NO_NEED [TO FILL]? REACH DOES",
    # you never call me back, my texts don't send
    "^ [POLITE PART AND]{0,2} YOU PART? [DO_NOT NEVER] REACH",
    "[MAIL PRODUCT HANDSET OWN] [DO_NOT NEVER] [SEND CONTACT] (?![LINK]? [ME MAIL])",
)

_LINKS = "[PART FILL BE THE CHOICE TO ME YOU THIS POLITE ONLY MODAL]"
_AHEAD = "[FROM_NOW PART TO FILL YOU ME LE POLITE]{0,2}"
_MORE = "(?!ANY{0,4} AGAIN)"
_SELLING = "(?![LINK]? [TEXT MESSAGES HARASSMENT])"
_FORBID = f"FORBID {_LINKS}{{0,3}}"

#: Another hour would do.
ANOTHER_HOUR: Final = (
    # 午休时间请勿打扰
    "[TIME BUSY] [LINK]{0,2} QUIET",
    "QUIET [LINK]{0,2} TIME",
    # 现在别打, 9点以后不要打电话, 晚上别打扰我
    f"[TIME BUSY] {_AHEAD} {_FORBID} RING{{1,2}} {_SELLING} {_MORE}",
    f"TIME {_AHEAD} {_FORBID} BOTHER {_MORE}",
    f"TIME [PART TO FILL YOU ME POLITE]{{0,2}} {_FORBID} [SEND TEXT]{{1,2}} (?!ANY{{0,3}} [AGAIN LE])",
    # don't call before 9
    f"{_FORBID} RING{{1,2}} {_LINKS}{{0,3}} [TIME BUSY LATER KEY] {_MORE}",
    f"{_FORBID} [SEND TEXT]{{1,2}} {_LINKS}{{0,3}} [TIME BUSY] (?!ANY{{0,3}} [AGAIN LE])",
    # 别在上班时间打电话
    f"FORBID {_LINKS}{{0,2}} [TIME BUSY] [!AGAIN OFTEN CUT ASK]{{0,4}} RING {_MORE}",
)

_WRITE = (
    "([SEND TEXT] (PERSON | TO ME | THEN YES | PART | ONLY | MEANT | ~) | MESSAGES THEN YES | CALL PERSON)"
)

#: Another way would do, or another thing.
ANOTHER_WAY: Final = (
    # don't call, text me; 别打电话，发短信就行; no calls, just text
    f"{_FORBID} RING{{1,3}} [PERSON OWN LE PART TO]{{0,3}} [CUT ONLY]{{1,2}} {_LINKS}{{0,3}} {_WRITE}"
    " (?!ANY{0,3} [NEG OR AND AGAIN])",
    f"[NONE NO_MORE] [PHONE CALL] [CUT ONLY]{{1,2}} {_LINKS}{{0,3}} [SEND TEXT]",
    # don't text, call me
    f"{_FORBID} [SEND TEXT MESSAGES]{{1,3}} [PERSON OWN LE PART TO]{{0,3}} [CUT ONLY]{{1,2}} {_LINKS}{{0,3}} CALL"
    " (PERSON | THEN YES | ~) (?!ANY{0,3} [NEG OR AND AGAIN])",
    # text me, don't call; 发短信就行，别打电话
    f"(^ [POLITE PART YES]{{0,3}} [TEXT SEND]{{1,2}} (PERSON | TO ME | THEN YES | PART | (?=[CUT])) MEANT?"
    f" | ONLY [SEND TEXT MESSAGES]{{1,2}} | [SEND TEXT MESSAGES]{{1,2}} ONLY)"
    f" {_LINKS}{{0,3}} [CUT AND]{{0,2}} {_LINKS}{{0,2}} ({_FORBID} RING{{1,2}} | NONE [PHONE CALL]) {_MORE}",
    # 不要短信，要流量
    "[DONT NO_NEED NO] WISHES? [LINK]{0,2} [TEXT MESSAGES PHONE] CUT [LINK]{0,2} WISHES [LINK]{0,2} PRODUCT (?!MAIL)",
)

#: A call that may be spared, by those who are busy, or who have answered with a key.
SPARED_CALL: Final = (
    f"(?<!FROM_NOW) (FORBID | NO WANT) {_LINKS}{{0,3}} RING{{1,3}} {_SELLING} {_MORE}",
    f"[NONE NO_MORE] {_LINKS}{{0,3}} RING{{1,2}} {_MORE}",
)

#: A call that need not be, by those who say yes.
NEEDLESS_CALL: Final = (f"NO_NEED {_LINKS}{{0,3}} RING{{1,3}} {_SELLING} {_MORE}", "NONE [CALL PHONE] WANT")

KEY_FIRST: Final = (
    "^ [POLITE PART REPLY CHOOSE WISH ME SELF YES CHOICE BE]{0,4} KEY [POLITE PART CHOICE JOIN YES LE AND]{0,3}"
    " ($ | (?=FORBID))",
)
YES_FIRST: Final = ("^ [POLITE PART ME SELF BE]{0,3} YES [POLITE PART YES LE]{0,3} $",)

"""What sounds like a refusal and is none: another service to end, another hour to call, a question, a denial."""

from __future__ import annotations

import re
from typing import Final

from bot.flow.reply_words.concepts import Concept, grammar, letter
from bot.flow.reply_words.reading import Reading

_X: Final = letter(Concept.X)

#: "why don't you stop", "if you don't stop", "再不停": the no belongs to those who do not stop.
_RHETORIC = (
    "[WHY IF HOW] [YOU FILL ME MODAL]{0,2} NEG ANY{0,3} [ENDING PULL]",
    "AGAIN [NO] ANY{0,2} ENDING",
    "YOU MODAL? [NO DIDNT CANT NEVER] ANY{0,2} ENDING",
    "ISNT ANY{0,6} ENDING ANY{0,3} [DOES ASK]",
)

_GOES_ON = (
    # don't stop, I didn't say stop, 不要退订, 我没说要退订; but "can't unsubscribe" wants to
    "[DONT NEVER NO_NEED NO NOT DIDNT ISNT] (?!YOU) [PART FILL BE SAY WISHES SELF ME YOU TO REPLY ONLY MODAL AGAIN OFTEN"
    " POLITE NOW CONSENT WHAT FROM LIST BEI]{0,6} [ENDING PULL CODE LETTER]",
    "CANT (?!YOU) [PART FILL SELF ME TO MODAL WISHES REPLY]{0,3} [STOP CANCEL DELETE BLOCK] (?!THIS{0,2} REACH | THIS{1,2} MAIL)",
)

_NO_MAIL = "[!CUT ASK TEXT MESSAGES PHONE HARASSMENT SEND CALL NEG LIST SELF IF LE]"
_ANOTHER_SERVICE = (
    f"ENDING {_NO_MAIL}{{0,5}} TEXT? PRODUCT+ (?!ANY? MAIL)",
    "UNSUBSCRIBE (?!THIS) [PART LE FILL HOW ME PERSON X]{0,3} SERVICE (?!ANY? MAIL)",
    f"[STOP CANCEL DELETE LEAVE BLOCK] {_NO_MAIL}{{0,3}} TEXT? SERVICE (?!ANY? MAIL)",
    f"PRODUCT (?!MAIL) {_NO_MAIL}{{0,4}} ENDING (?!ANY{{0,3}} [MAIL SEND CALL])",
    "[CANCEL DELETE UNSUBSCRIBE LEAVE] [THIS FILL LE]{0,2} JOIN",
    "[CANCEL STOP] [THIS FILL]{0,2} OFFERS (?!ANY? MAIL)",
    "HOW ANY{0,4} BLOCK ANY{0,4} (PHONE|HARASSMENT|MESSAGES)",
    "[STOP BLOCK] ANY{0,2} [PHONE HARASSMENT] FROM [X KEY AMOUNT OWN]",
    "PULL ME ANY{0,3} OFF ANY{0,3} PRODUCT",
)

_ASKED_ABOUT = (
    "^ [POLITE PART]{0,3} WHAT [FILL THE THIS BE DOES]{0,2} [ENDING CODE LETTER] [FILL MEAN PART]{0,3} $",
    "[ENDING CODE LETTER] ANY{0,3} MEAN",
    "MEAN ANY{0,2} ENDING",
    "[UNSUBSCRIBE CODE LETTER] [BE THE FILL LE]{0,2} WHAT",
    "STOP [BE FILL]{0,2} WHAT POLITE{0,2} $",
    "UNSUBSCRIBE [TO FROM] WHAT",
    "HOW [FILL TO]{1,2} ME ENDING LE",
    "(?<!FILL) [PERSON SELF MISTAKE] [PART NOW]? DELETE LE",
    "[CANCEL DELETE LEAVE] LE? PART? DOES",
    "MODAL SELF CANCEL [LITTLE]{0,3} ASK",
    "[WHAT DOES] [FILL YOU SELF ME TO]{0,3} BLOCK",
    "[WHY WHAT DOES] [FILL YOU SELF ME TO]{1,3} [UNSUBSCRIBE CANCEL DELETE BLOCK]",
    "^ [WHY POLITE]{0,2} DOES FILL? UNSUBSCRIBE (?!FILL)",
    "WHAT [UNSUBSCRIBE CANCEL DELETE] ME",
    "^ [POLITE]{0,2} WHAT [UNSUBSCRIBE CANCEL] LE",
    "HOW THEN UNSUBSCRIBE LE",
    "HOW THEN? STOP LE",
    "^ TIME [PART FILL]{0,2} STOP LE (?!ANY)",
    "WILL STOP DOES",
    "WHAT [ME DOES]? SAY [FILL PART]? WISH? [UNSUBSCRIBE STOP]",
    # 退订天气预报: whatever that is
    "UNSUBSCRIBE X{2,8} (?!ANY{0,3} MAIL)",
    # 不满意可以退订吗, 以后可以退订吗
    "[X FROM_NOW] LE? [YES CAN MAY]{1,2} [ENDING] LE? [PART]? DOES",
    # why don't you text me anymore, why did you stop sending offers, did you stop
    "WHY [YOU DOES FILL]{0,3} [DO_NOT NEVER NOT DIDNT NO] [LINK]{0,2} (REACH | [GET HEAR TAKE] [LINK]{0,3} MAIL)",
    "[WHY WHAT] [DOES FILL]{1,2} YOU? STOP",
    "WHY [LINK]{0,3} [STOP CANCEL] LE",
    "[WHY HOW] ANY{0,4} MAIL ANY{0,2} STOP",
    "MAIL HOW STOP",
    "[TEXT MESSAGES] DELETE LE",
    "DOES STOP",
    # you never call me back, my texts don't send
    "^ [POLITE PART AND]{0,2} YOU PART? [DO_NOT NEVER] REACH",
    "[MAIL PRODUCT OWN] [DO_NOT NEVER] [SEND CONTACT] (?![LINK]? [ME MAIL])",
    "HOW ANY{0,2} BLOCK (?!ANY{0,3} [YOU THIS])",
    "(?<![FILL TO]) YOU [FILL TO MODAL]{0,3} BLOCK (?!ANY{0,4} LIST)",
    "IF [!NEG CUT ASK]{0,5} ENDING",
    "[UNSUBSCRIBE CANCEL STOP] LE? (FROM_NOW|TIME|LATER) ANY{0,6} [WHAT DOES ASK COST]",
    "UNSUBSCRIBE ANY{0,2} COST",
    "COST ANY{0,2} UNSUBSCRIBE",
    "IF ANY{0,5} COST ANY{0,3} CUT? [LINK MODAL]{0,3} ENDING",
    "COST [PART LE]{0,2} THEN ENDING",
    "UNSUBSCRIBE LE? MODAL ANY{0,6} [DOES WHAT ASK]",
    "[UNSUBSCRIBE CANCEL STOP] [THIS FILL]{0,2} [ANY_TIME LATER]",
    "ANY_TIME ANY{0,3} [UNSUBSCRIBE CANCEL STOP LEAVE]",
    "JOIN LE? [FROM_NOW TIME] ANY{0,5} [UNSUBSCRIBE CANCEL STOP LEAVE]",
)

_LINKS = "[PART FILL BE THE CHOICE TO ME YOU THIS POLITE ONLY MODAL]"
_WHEN = "[TIME BUSY LATER NOW AMOUNT]"
_MORE = "(?!ANY{0,4} AGAIN)"
_ANOTHER_HOUR = (
    # 午休时间请勿打扰
    "[TIME BUSY] [LINK]{0,2} QUIET",
    "QUIET [LINK]{0,2} TIME",
    f"TIME [FROM_NOW PART TO FILL YOU ME LE POLITE]{{0,2}} FORBID {_LINKS}{{0,3}} BOTHER {_MORE}",
    # 现在别打, 9点以后不要打电话
    f"[TIME BUSY] [FROM_NOW PART TO FILL YOU ME LE POLITE]{{0,2}} FORBID {_LINKS}{{0,3}} RING{{1,2}} {_MORE}",
    f"TIME [PART TO FILL YOU ME POLITE]{{0,2}} FORBID {_LINKS}{{0,3}} [SEND TEXT]{{1,2}} (?!ANY{{0,3}} [AGAIN LE])",
    # don't call before 9
    f"FORBID {_LINKS}{{0,3}} RING{{1,2}} {_LINKS}{{0,3}} {_WHEN} {_MORE}",
    f"FORBID {_LINKS}{{0,3}} [SEND TEXT]{{1,2}} {_LINKS}{{0,3}} [TIME BUSY] (?!ANY{{0,3}} [AGAIN LE])",
    # 别在上班时间打电话
    f"FORBID {_LINKS}{{0,2}} [TIME BUSY] [!AGAIN OFTEN CUT ASK]{{0,4}} RING {_MORE}",
)
_ANOTHER_WAY: tuple[str, ...] = (
    # don't call, text me; 别打电话，发短信就行
    f"FORBID {_LINKS}{{0,3}} RING{{1,3}} [PERSON OWN LE PART TO]{{0,3}} [CUT AND ONLY]{{1,2}} {_LINKS}{{0,3}}"
    " ([SEND TEXT MESSAGES] | CALL PERSON) (?!ANY{0,3} NEG)",
)
_ANOTHER_WAY += (
    f"FORBID {_LINKS}{{0,3}} [SEND TEXT MESSAGES]{{1,3}} [PERSON OWN LE PART TO]{{0,3}} [CUT AND ONLY]{{1,2}} {_LINKS}{{0,3}}"
    " CALL PERSON? [TAIL]{0,3} (?!ANY{0,3} [NEG OR AND])",
    # text me, don't call; 发短信就行，别打电话
    f"(^ [POLITE PART YES]{{0,3}} [TEXT SEND]{{1,2}} (PERSON | TO ME | THEN YES | PART | (?=[CUT])) MEANT?"
    f"| ONLY [SEND TEXT MESSAGES]{{1,2}} | [SEND TEXT MESSAGES]{{1,2}} ONLY) {_LINKS}{{0,3}} [CUT AND]{{0,2}} {_LINKS}{{0,2}}"
    f" (FORBID {_LINKS}{{0,3}} RING{{1,2}} | NONE [PHONE CALL]) {_MORE}",
    f"[NONE NO_MORE] [PHONE CALL] [CUT AND]{{1,2}} {_LINKS}{{0,3}} [SEND TEXT MESSAGES]",
    # 不要短信，要流量
    "[DONT NO_NEED NO] WISHES? [LINK]{0,2} [TEXT MESSAGES PHONE] CUT [LINK]{0,2} WISHES [LINK]{0,2} PRODUCT (?!MAIL)",
)
_SOFT_CALL = (
    f"(?<!FROM_NOW) (FORBID | NO WANT | NONE | NO_MORE) {_LINKS}{{0,3}} RING{{1,3}} (?!ANY{{0,4}} AGAIN)"
)

_SPARED = grammar(*_RHETORIC)
_OTHER = grammar(*_GOES_ON, *_ANOTHER_SERVICE, *_ASKED_ABOUT, *_ANOTHER_HOUR, *_ANOTHER_WAY)
_BUSY_CALL = grammar(_SOFT_CALL)
_NEEDLESS_CALL = grammar(_SOFT_CALL.replace("FORBID", "NO_NEED"))
_INSISTS = grammar("OFTEN", "THREAT", "COMPLAIN", "GO_AWAY")
_BUSY = grammar("BUSY")
_KEY_FIRST = grammar(
    "^ [POLITE PART REPLY CHOOSE WISH ME SELF YES CHOICE BE]{0,4} KEY [POLITE PART CHOICE JOIN YES LE AND]{0,3} ($ | (?=FORBID))"
)
_YES_FIRST = grammar("^ [POLITE PART ME SELF BE]{0,3} YES [POLITE PART YES LE]{0,3} $")


def other_matters_left_out(reading: Reading) -> str:
    """The letters of the message without what only sounds like a refusal."""
    kept = [match.span() for match in _SPARED.finditer(reading.letters)]

    def left_out(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in kept):
            return match.group()
        return _X * len(match.group())

    letters = _OTHER.sub(left_out, reading.letters)
    if _INSISTS.search(reading.letters):
        return letters
    if _BUSY.search(reading.letters) or _KEY_FIRST.match(reading.letters):
        return _BUSY_CALL.sub(left_out, letters)
    return _NEEDLESS_CALL.sub(left_out, letters) if _YES_FIRST.match(reading.letters) else letters

"""The grammar of refusing to be contacted: rules over what the words of one message say."""

from __future__ import annotations

from typing import Final

# not what is only stated of oneself: "I never call"
_BAN = "(?<!WHY) (BAN | (?<!SELF) [DO_NOT NEVER])"
_FORBID = "(?<!WHY) (BAN | NO_NEED | (?<!SELF) [DO_NOT NEVER])"

#: Verbs of ending, and what is to end.
ENDING: Final = (
    "UNSUBSCRIBE",
    "GO_AWAY",
    "QUIET",
    "PULL ME [LINK]{0,2} PEACE",
    "(?<!OR) REPLY LE? [CODE LETTER] (?!ANY{0,2} OR)",
    "[WANT WISH NO_THANKS DECLINE LE] CODE $",
    "[REPLY SEND CHOOSE] WHAT [LINK]{0,2} [STOP CANCEL LEAVE]",
    # stop texting me, 停止发送, stop all these stupid texts
    "(?<![PRODUCT MESSAGES]) STOP [LINK LE]{0,4} [REACH MESSAGES OFFERS TAKE HEAR]",
    "STOP [LINK]{0,3} GET [LINK]{0,3} [THIS MAIL]",
    "STOP [LINK]{0,3} JUNK",
    "STOP [LINK]{0,2} TROUBLE",
    "STOP ANNOYING [TAIL]{0,3} $",
    "[STOP REFUSE CANCEL BLOCK] [PART FILL ME YOU THIS]{0,2} X{1,3} [FILL YOU]? MAIL",
    "REFUSE [LINK LE]{0,4} [REACH MESSAGES TAKE HEAR]",
    "REFUSE [LINK]{0,3} GET [LINK]{0,3} MAIL",
    # cancel these messages, 关掉这个通知, cancel my subscription
    "[CANCEL BLOCK LEAVE] [LINK LE]{0,4} [MAIL LIST]",
    "DELETE [LINK LE]{0,4} LIST",
    "CANCEL [THIS YOU FILL]{0,3} SEND",
    "CANCEL [LINK LE]{0,4} [CONTACT NOTICE]",
    "[STOP CANCEL DELETE LEAVE] [LINK]{0,2} [SUBSCRIBE SUBSCRIPTION]",
    # 这种广告停了吧; 短信不要，电话也不要; 这些信息我不需要
    "[TEXT MESSAGES HARASSMENT CONTACT NOTICE] [LINK LE OFFERS]{0,3} [STOP CANCEL LEAVE] [LITTLE AGAIN]{0,4} $",
    "MAIL [LINK]{0,3} [DONT NO_NEED NO_THANKS] [LITTLE AGAIN]{0,3} $",
    "MAIL [LINK]{0,3} [NO NOT DIDNT] [WANT WISH TAKE] [LITTLE AGAIN]{0,3} $",
    # this has to stop; I want these texts to stop; I told you to stop
    "[THIS MAIL] MAIL? [MUST WANT] TO? STOP [LITTLE]{0,3} (?!ANY)(?!ASK)",
    "WANT [THIS MAIL LINK]{1,4} STOP [TAIL]{0,3} $",
    "YOU TO STOP [TAIL]{0,4} $",
    "AND STOP [TAIL]{0,3} $",
    "[NOT DIDNT ISNT] OWN STOP",
    "STOP MEAN STOP",
    # why don't you stop; if you don't stop; when will you stop; how many times do I have to say stop
    "[WHY STILL] [DONT CANT DIDNT NO NOT] YOU? [PART ONLY]{0,2} STOP [TAIL]{0,4} $",
    "IF YOU NEG STOP",
    "YOU NEVER STOP",
    "YOU WILL STOP [TAIL]{0,4} $",
    "WHAT MODAL STOP [TAIL]{0,4} $",
    "[DOES MODAL] AGAIN STOP",
    "OFTEN [LINK DOES MODAL]{0,5} SAY [LINK]{0,2} STOP",
    # without a comma: "who is this stop", "stop I don't know you"
    "^ [!CUT ASK HOW DOES MODAL NEG]{0,5} [THIS YOU X SELF OWN CHOOSE YES DECLINE NO_THANKS] STOP [POLITE NOW PART]{0,3} $",
    "^ [POLITE PART]{0,2} STOP (SELF | THIS [BE THE] | WHAT | DECLINE | NO_THANKS | NONE | NO_MORE | DONT)",
)

#: Out of the list.
LEAVING: Final = (
    # remove me, 把我的号码删掉, take my number off, exclude me from future mailings
    "DELETE [LINK]{0,2} ME [TAIL]{0,4} $",
    "[CANCEL BLOCK LEAVE] [LINK]{0,2} PERSON [TAIL]{0,3} $",
    "[CANCEL DELETE BLOCK LEAVE] [LINK]{0,2} ME ANY{0,4} [OFF LIST]",
    "[PULL GET OFTEN] [LINK]{0,2} ME [PART FILL THE OWN]{0,3} (OFF [LINK]{0,3} (?![X PRODUCT]) | FROM [LINK]{0,2} LIST)",
    "[PULL OFTEN] OFF [LINK]{0,2} ME",
    "[CANCEL DELETE] [LINK]{0,3} OFF? [LINK]{0,3} LIST",
    "^ [LITTLE]{0,3} OFF [LINK]{0,2} LIST",
    "PULL CHOOSE OFF",
    "[GET PULL] [LINK]{0,2} [OFF FROM] [LINK]{0,3} [LIST MAIL]",
    "DELETE ME [TO FROM]? [LINK X OFFERS]{0,3} MAIL",
    "FILL ME [!CUT ASK PRODUCT SERVICE]{0,6} [DELETE BLOCK]",
    "ME [LINK]{0,3} LIST [LINK]{0,2} [CANCEL DELETE LEAVE]",
    f"{_BAN} [LINK X HAVE]{{0,5}} LIST (?!ANY{{0,3}} [DELETE CANCEL])",
    "[FILL TO] YOU BLOCK",
    "BLOCK LE? YOU",
    # I'd like to be removed, can I be taken off, I wish you stopped texting
    "SELF [LINK X]{0,3} WANT [TO FILL ME YOU THIS SELF MAIL OFFERS]{0,5} REMOVED",
    "WANT [TO YOU THIS SELF]{0,3} [ME MAIL] FILL{0,3} REMOVED",
    "POLITE ME FILL{0,2} REMOVED",
    "(SELF [LINK X]{0,3} | ^ [POLITE PART]{0,2} WANT) TO FILL REMOVED [TAIL LIST FROM]{0,5} $",
    "MODAL [SELF ME] FILL{0,2} REMOVED",
    "REMOVED [LINK]{0,3} LIST",
    "[IF WANT] YOU REMOVED REACH",
)

#: Words that forbid, and ways to reach people.
FORBIDDING: Final = (
    # don't text me, 别再发了, 不要给我打电话
    f"{_FORBID} [LINK FROM_NOW TIME WISH MODAL NONE]{{0,4}} [TEXT HARASSMENT]",
    f"{_BAN} [LINK FROM_NOW TIME WISH MODAL NONE]{{0,4}} PHONE",
    "NO_NEED [LINK]{0,3} PHONE LE",
    f"{_FORBID} [LINK FROM_NOW TIME WISH MODAL NONE]{{0,4}} [CALL CONTACT BOTHER] (?!YOU PART? (?!ANY))",
    f"{_FORBID} [LINK FROM_NOW TIME WISH MODAL]{{0,4}} SEND (?![FILL THIS ME TO YOU]{{0,3}} [PRODUCT HANDSET] (?!ANY? MAIL))",
    "[DONT NEVER DIDNT CANT] START [LINK]{1,3} REACH",
    f"{_BAN} [LINK]{{0,4}} NOTICE",
    "FORBID [LINK]{0,4} TROUBLE [PERSON OWN AGAIN SELF]",
    f"{_BAN} [LINK OFFERS]{{0,4}} MESSAGES",
    "NO_NEED [LINK OFFERS]{0,3} MESSAGES NOTICE? LE",
    "[DONT NEVER] FILL REACHED",
    # 不要再收到, 别让我再看到你们, don't make me get any more of these
    "[BAN NO_NEED] [LINK]{0,4} [TAKE SEE] [LINK]{0,4} X? [MAIL YOU]",
    "[BAN NO_NEED] [LINK]{0,4} TAKE [LITTLE AGAIN]{0,3} $",
    "^ [POLITE FROM_NOW PART]{0,3} NO AGAIN? SEND LE [POLITE PART]{0,3} (?!ANY)(?!ASK)",
    "NO WANT [TO YOU ME]{0,2} AGAIN [LINK]{0,2} REACH",
    "NO WANT [LINK]{0,3} REACH [ME MAIL]{0,2} LE",
    "DONT GET AGAIN [LINK]{0,3} [THIS MAIL]",
    # not to be contacted, please not call, I'd rather you didn't text
    "(?<=[FILL WILL CAN MEANT POLITE]) NOT [FILL AGAIN PART ONLY]{0,2} [SEND CALL CONTACT BOTHER TEXT HARASSMENT]",
    "(?<!OR) NOT TO [FILL AGAIN PART]{0,2} [REACH HEAR]",
    "(?<!OR) NOT TO GET [LINK]{0,3} [MAIL OFFERS]",
    "[WILL MEANT] NOT (HEAR | GET [LINK]{0,3} [MAIL OFFERS])",
    "[NOT DONT NEVER DIDNT NO] [LINK]{0,3} TO FILL REACHED",
    "CANT NO [LINK]{0,2} REACH",
    "[CAN YES MAY] NO AGAIN? [LINK]{0,3} REACH (?!ANY{0,2} JOIN)",
    "[CAN YES MAY] NO AGAIN? [LINK]{0,3} TAKE [LINK]{0,3} MAIL",
    "NOT TO [LINK]? MESSAGES",
    "^ [LITTLE]{0,2} [NOT NEVER] AGAIN [LITTLE]{0,2} (?!ANY)(?!ASK)",
    "RATHER ANY{0,2} NEG ANY{0,2} [REACH HEAR]",
    "IF YOU [DIDNT NO NOT CANT] [LINK]{0,2} REACH",
    "CANT [LINK]{0,2} AGAIN [LINK]{0,2} REACH [LINK]? [ME MAIL]",
    # 少来烦我, 少发点短信
    "FEWER [TO ME]{0,3} REACH [LINK X TIME]{0,2} MAIL",
    "FEWER [TO ME]{0,3} [BOTHER ANNOYING]",
    "FEWER [TO ME]{0,3} [SEND CALL] [TIME PART AND]{0,3} $",
    # no more texts, no spam
    "^ [LITTLE YES NO_THANKS WANT]{0,4} NO_MORE [LITTLE]{0,3} $",
    "(?<![FILL HAVE]) NO_MORE [LINK X]{0,2} [MAIL REACH OFFERS]",
    "NO_MORE [LINK]{0,2} THIS [TAIL]{0,3} $",
    "^ [LITTLE YES]{0,3} NONE X? [MAIL SEND CALL CONTACT OFFERS] [LITTLE MAIL SEND CALL CONTACT NONE OR FROM_NOW AGAIN OFFERS]{0,8} (?!ANY)(?!ASK)",
    "[CHOOSE WANT] NONE [LINK]? [MAIL REACH]",
    # how do I not get these, 怎么才能不收到短信
    "HOW [LINK]{0,4} NO [LINK]{0,2} [TAKE REACH]",
    "HOW [LINK DOES]{0,4} NOT [GET HEAR]",
)

_L = "[LINK LE]{0,3}"
_NO_WISH = f"[DONT NEVER NO NOT NONE DIDNT NO_NEED DECLINE] {_L} WISHES {_L}"
_PLAIN_NO = "(?<![!ME POLITE AND FROM_NOW PART CUT ASK SELF LE MAY MODAL YES ANNOYING YOU FILL]) [NO NOT]"

#: Not wanting to be reached, and consent that was never given or is taken back.
NOT_WANTING: Final = (
    # I don't want your texts, 不想被打扰, I don't wish to hear from you
    f"{_NO_WISH} [LINK]? (?<!TO) X? [MAIL REACHED]",
    f"{_NO_WISH} [YOU BEI] {_L} REACH",
    f"{_NO_WISH} YOU TO? TROUBLE PERSON",
    f"{_NO_WISH} REACH [LINK LE]{{0,2}} ME",
    f"{_NO_WISH} [HEAR GET TAKE SEE] [LINK LE]{{0,4}} X{{0,2}} MAIL",
    f"{_NO_WISH} [HEAR TAKE SUBSCRIBE] [LITTLE AGAIN]{{0,4}} $",
    f"{_NO_WISH} SEE [LINK]{{0,2}} YOU",
    f"{_NO_WISH} [LINK SEE]{{0,4}} LIST",
    f"{_NO_WISH} THIS [TO FROM]? YOU",
    "WISHES TO [DONT NOT NEVER] [HEAR GET]",
    # 我不收广告, 不再接收
    f"{_PLAIN_NO} {_L} TAKE [LINK LE]{{0,4}} X{{0,2}} MAIL",
    f"{_PLAIN_NO} AGAIN? [TAKE HEAR] [LITTLE]{{0,3}} $",
    # 不接受营销电话, not interested in your texts
    "DECLINE [LINK TAKE HEAR GET]{0,4} MAIL",
    "DECLINE [LINK]{0,2} YOU [LINK]{0,3} REACH",
    "DECLINE [LINK]{0,2} [TAKE HEAR] [TAIL]{0,3} $",
    # I never signed up for these texts, 我没同意你们发短信
    "[DONT NEVER DIDNT NO NOT] [LINK X]{0,3} [SUBSCRIBE SIGN_UP AGREE ACCEPT WANT CONSENT] [LINK HEAR GET]{0,4} MAIL",
    "[DONT NEVER DIDNT] [LINK]{0,2} [SUBSCRIBE SIGN_UP CONSENT] [TO FILL]{0,2} THIS [TAIL]{0,3} $",
    "[DONT NEVER DIDNT] [LINK]{0,2} SUBSCRIBE [TAIL]{0,4} $",
    "[DIDNT NO NEVER] [YES AGREE] [LINK]{0,3} [MAIL REACH TAKE]",
    "[DONT NEVER DIDNT NO NOT CANT] ANY{0,3} CONSENT ([LINK X]{0,5} [OWN REACH MAIL HEAR GET TAKE] | [TAIL]{0,3} $)",
    "[CANCEL DELETE UNDO] [LINK]{0,3} [CONSENT AGREE]",
    "CONSENT FILL{0,2} [CANCEL UNDO]",
    "^ WHAT ANY{0,3} CONSENT TO? REACH",
)

#: Threats, and complaints about how often we write.
COMPLAINING: Final = (
    # 再发就投诉, text me again and I'll call the police
    "AGAIN [LINK]{0,4} REACH [ANY CUT]{0,8} [THREAT LEAVING COMPLAIN]",
    "REACH [LINK]{0,3} AGAIN [CUT AND] ANY{0,2} [WILL CAN SELF] ANY{0,2} [THREAT LEAVING COMPLAIN]",
    "AGAIN [LINK LE]{0,3} REACH [LINK LE MAIL CUT]{0,4} THEN ME? (?![YES JOIN BE WISH TAKE LATER])",
    "(?<!SELF) OFTEN [LINK]{0,2} REACH [ME MAIL]{0,2} [AND CUT]{1,2} SELF",
    "^ AGAIN [LINK]? [MAIL CALL] AND",
    "IF [LINK GET HEAR]{0,4} AGAIN [LINK]{0,2} [MAIL CALL]",
    "IF YOU [LINK]{0,2} REACH [LINK]{0,2} AGAIN",
    "AGAIN [LINK LE]{0,2} REACH [LINK LE]{0,2} DARE",
    "THREAT YOU [TAIL THREAT]{0,5} $",
    "THREAT [FILL THIS PART]{0,3} HARASSMENT",
    "THREAT THIS [TEXT MESSAGES]",
    "COMPLAIN [LINK]? YOU [LINK]{0,2} [HARASSMENT REACH]",
    # you keep texting me, 怎么又发短信, 天天打电话
    "[YOU WHY HOW] [LINK HOW]{0,3} [OFTEN YET] [LINK]{0,4} [REACH MAIL] (?!ANY{0,4} [WHAT DOES HOW ASK])",
    "(?<!X) [OFTEN YET] [LINK]{0,3} REACH [LINK]{0,2} [ME MAIL] (?!ANY{0,4} [WHAT DOES])",
    "OFTEN [LINK]{0,2} [GET HEAR TAKE] [LINK]{0,3} MAIL (?!ANY{0,4} [WHAT DOES])",
    "OFTEN [LINK]{0,2} [GET HEAR] THIS $",
    "^ [PART]{0,2} [OFTEN YET] [LINK OFTEN]{0,3} REACH [LITTLE OFTEN REACH WHY]{0,4} $",
    "^ [LITTLE SEND GET]{0,4} OFTEN [LINK]{0,2} MAIL [TAIL]{0,3} (?!ANY)(?!ASK)",
    "^ [PART]{0,2} AGAIN TO [LINK]{0,2} MAIL",
    "STILL [LINK]{0,4} [REACH MAIL]",
    "STILL [LINK]{0,3} [TAKE GET] [LINK]{0,3} MAIL",
    "STILL BE YOU",
    "STILL [NO DIDNT NOT CANT] [CANCEL LEAVE STOP DELETE]",
    # you are harassing me, this is spam, I'm sick of these texts
    "YOU [FILL PART OFTEN]{1,2} BOTHER ME (?!ANY{0,3} [WHAT DOES ASK])",
    "(^ | [YOU STILL AGAIN]) [LINK]{0,3} BOTHER PERSON [LITTLE]{0,3} (?!ANY)(?!ASK)",
    "^ [LITTLE OFTEN AGAIN]{0,5} HARASSMENT [LITTLE HARASSMENT]{0,3} (?!ANY)(?!ASK)",
    "[ANNOYING ANGER] [LINK GET HEAR]{0,4} MAIL",
    "[TEXT MESSAGES HARASSMENT] [LINK X NUMBER TIME GET]{0,5} [ANNOYING TOO_MUCH] (?!ANY{0,2} [HOW WHAT])",
    "(YOU | ^) [LINK]{0,2} [SEND TEXT BOTHER] [LINK]{0,3} TOO_MUCH",
    "^ [PART]{0,2} BOTHER [PART]{0,2} (?!ANY)(?!ASK)",
    "ANNOYING [LINK]{0,3} YOU $",
    "^ [POLITE PART NOW]{0,2} ENOUGH [POLITE PART NOW THIS]{0,3} (?!ANY)(?!ASK)",
    "ENOUGH [LINK GET HEAR]{0,4} MAIL",
    "[NO NEVER] SEE YOU [LINK]{0,2} MAIL",
    "NO [LINK]{0,2} WISHES AGAIN SEE [LITTLE]{0,2} $",
)

#: A clause that says stop, and nothing else of weight.
STOP_CLAUSE: Final = (
    "^ [POLITE PART LE FILL BEI BE THEN NOW ONLY CAN MUST SELF PERSON YOU TO AND HAVE WISHES YES SAY REPLY SEND TEXT REACHED"
    " FROM_NOW TIME NONE NO_THANKS DECLINE ANNOYING AGAIN HOW MAY FAVOUR CHOOSE]{0,8}"
    " [STOP CANCEL DELETE LEAVE BLOCK CODE]"
    " [POLITE PART LE FILL BE NOW ONLY MODAL SELF PERSON YOU THIS AND AGAIN YES FROM_NOW TIME OFTEN DOES MAY CHOICE AMOUNT"
    " STOP CANCEL DELETE LEAVE CODE]{0,8} $",
)

#: A clause that is annoyed, and nothing else of weight.
ANNOYED_CLAUSE: Final = (
    "^ [LITTLE OFTEN YET MAIL REACH OFFERS GET]{0,6} ANNOYING"
    " [LITTLE OFTEN MAIL REACH OFFERS ANNOYING GET HEAR TAKE AGAIN]{0,6} $",
)

"""The words by which customers refuse, return, ask and agree: lists that grow with what people write."""

from __future__ import annotations

import re


def _listed(text: str) -> frozenset[str]:
    return frozenset(word.strip() for line in text.splitlines() for word in line.split("|")) - {""}


#: Alone in a message, give or take politeness, these refuse everything.
OPT_OUT_WORDS = _listed("""
    stop | stopall | stop all | stop it | stop this | unsubscribe | unsubscribe me | unsub | quit | end
    cancel | revoke | optout | opt out | opt me out | remove | remove me | take me off | no more | spam
    leave me alone | go away | fuck off | t | td | tt | r | n | 0000 | 回t | 回td | 回复t | 回复td | tuiding
    退订 | 退 | 退定 | 拒收 | 拒绝 | 拒绝接收 | 取消 | 取消订阅 | 不要 | 停 | 停止 | 停止发送 | 停发
    别发 | 别再发 | 不要再发 | 勿扰 | 勿发 | 别烦我 | 别打扰我 | 别骚扰我 | 骚扰 | 滚 | 屏蔽
    退订短信 | 退订信息 | 我要退订 | 我退订 | 不接收 | 不再接收
""")

#: Each of these refuses as a sentence of its own within a longer message ("Stop. Who is this?").
STRONG_WORDS = _listed("stop | stopall | unsubscribe | optout | opt out | td | 退订 | 拒收")

#: Misspelt by a slip of the thumb, these still refuse; words that are a slip away by chance do not.
SPELT_NEARLY = ("stop", "unsubscribe", "stopall", "optout")
NEAR_BUT_OTHER = _listed("""
    shop | step | slop | stow | top | spot | atop | stoop | strop | stomp | sop | swop | subscribe | stops
    stock | store | story
""")

OPT_IN_WORDS = _listed("start | unstop | resubscribe | 恢复接收 | 恢复订阅 | 重新订阅 | 取消退订")

HELP_WORDS = _listed("help | help me | info | 帮助 | 求助 | 客服电话")

YES_WORDS = _listed("""
    yes | y | yep | yeah | yup | sure | ok | okay | join | i join | count me in | agree | i agree | yes i do
    deal | accept | i accept | confirm | confirmed | i am in | i'm in
    好 | 好的 | 可以 | 可以的 | 行 | 行的 | 是 | 是的 | 对 | 同意 | 我同意 | 参加 | 我参加 | 我要参加
    要参加 | 参与 | 确认 | 愿意 | 要 | 我要 | 办 | 办理 | 没问题 | 领取 | 我要领取 | 好呀 | 好啊 | 好滴 | 好哒
    嗯 | ok好的
""")

POLITE_WORDS = _listed("""
    please | pls | plz | thanks | thank you | thank u | thx | ty | hi | hello | hey | sorry | now | right now
    immediately | sir | madam | dear | kindly | cheers | bye | ok | okay
    谢谢 | 谢谢你 | 谢谢您 | 多谢 | 感谢 | 请 | 麻烦 | 麻烦你 | 麻烦您 | 你好 | 您好 | 好的 | 辛苦了 | 再见
    拜托 | 了 | 吧 | 啊 | 呀 | 哦 | 喔 | 嗯 | 亲 | 谢 | 哈 | 呢 | 那 | 就
""")

_NO = r"(?:do\ not|don'?t|never|no\ need\ to|not|won'?t)"

REFUSALS_EN = re.compile(
    rf"""(?<!\w)(?:
        (?<!not\ )(?<!n't\ )(?<!dont\ )(?<!never\ )(?:stop|quit|cease)\ +
            (?:texting|messaging|sending|calling|contacting|bothering|spamming|harassing|emailing|ringing
              |these|all|your|the|any|with\ the)
            (?!\ +(?:by|bus|sign|service|plan|auto\w*|data))
      | {_NO}\ +(?:ever\ +)?(?:text|message|contact|call|send|bother|spam|disturb|ring|sms)\ +
            (?:me|us|this|my|any|anymore|again|to\ me)
      | (?:remove|delete|take)\ +(?:me|us|my\ +\w+|this\ number)\ +(?:from|off|out)
      | no\ more\ +(?:texts?|messages?|sms|calls?|ads?|spam|of\ (?:this|these))
      | (?:do\ not|don'?t|no\ longer)\ +(?:want|wish|like|need)\ +
            (?:to\ +(?:get|receive|hear|be\ \w+ed) | any\ +(?:more\ +)?(?:texts?|messages?|sms|calls?)
              |these | your\ +(?:texts?|messages?|sms|calls?|ads?))
      | leave\ me\ alone
      | (?:want|wish|like)\ +to\ +
            (?:opt\ ?out|unsubscribe|stop\ (?:getting|receiving)|be\ (?:removed|taken\ off))
      | how\ (?:do|can)\ i\ +(?:opt\ ?out|unsubscribe|stop\ (?:these|this|the|your|getting|receiving))
      | (?:please|pls|plz)\ +(?:opt\ +(?:me\ +)?out|unsubscribe)
      | (?:unsubscribe|opt)\ +(?:me|us|my\ number)(?:\ +out)?
      | (?<!\ to\ )(?<!\ a\ )(?<!bus\ )(?<!the\ )(?<!not\ )(?<!n't\ )(?<!will\ )(?<!next\ )(?<!it\ )
            (?<!\ my\ )(?<=\w\ )(?:stop|unsubscribe)$
      | stop\ (?:it|this)\ (?:now|please|already|immediately|at\ once)
    )(?!\w)""",
    re.VERBOSE,
)

_PRODUCTS_ZH = "套餐|流量|彩铃|业务|宽带|会员|合约|服务|漫游|来电显示|增值|包"
_MESSAGES_ZH = "短信|信息|消息|广告|推销|推送|营销|电话|骚扰"

REFUSALS_ZH = re.compile(
    rf"""
      (?:别|不要|勿|请勿|不准|不许|甭|不用)(?:再|老|总|老是|总是|继续)?
        (?:给|跟|向|往|对)?(?:我|我们|本人|这个号码|这个号)?(?:再|乱|瞎|一直|继续)?
        (?:发(?!货|票|脾气|愁|红包|生)|推送|打电话|打给|打来|打扰|打(?:了|过来|$)
          |来电|骚扰|联系|短信|烦|群发)
    | 不(?:想|愿|愿意|希望)(?:再|要)?(?:收|接|看|被)
    | 不(?:再)?(?:接受|接收|需要|要)(?:你们|贵司|这些|这种|此类|任何|再)*的?(?:{_MESSAGES_ZH})
    | (?:停止|取消|拒绝|拒收|退订|屏蔽)(?:再|向我|给我|你们|一切|所有|任何|这些|这种|此类|该类?|本|的)*
        (?:{_MESSAGES_ZH}|发送|发|来电|订阅|接收|打扰)
    | (?:我要?|我想|帮我|给我|请|麻烦|立即|马上|申请|怎么|如何|全部|统统)(?:全部|都)?
        (?:退订|拒收)(?!.{{0,4}}(?:{_PRODUCTS_ZH}))
    | 把我(?:从|的)?.{{0,8}}(?:移除|删除|删掉|拉黑|去掉)
    | 再(?:发|打).{{0,6}}(?:投诉|举报|报警|拉黑|12321|12300)
    | (?:烦死|骚扰我|垃圾短信|诈骗短信)
    """,
    re.VERBOSE,
)

#: These look like a refusal of messages, but are about something else: they are left out of the search.
NO_REFUSAL = re.compile(
    rf"""(?<!\w)(?:do\ not|don'?t|never|no\ need\ to|without|did(?:\ not|n'?t)\ (?:ask|want|mean|say))\ +
            (?:(?!you)\w+\ +){{0,2}}(?:stop|unsubscribe|opt\ ?out|quit|cancel)\w*
      | (?:不要|别|不|没有?|无需|不用|不想|未)(?:要|想|给我)?(?:停(?!.{{0,3}}[发打])|退订|取消|拒收)
      | 停机保号
      | (?:退订|取消|停止|停用|关闭).{{0,6}}(?:{_PRODUCTS_ZH})
      | 误(?:操作)?退订
    """,
    re.VERBOSE,
)

TRADITIONAL = str.maketrans(
    "訂絕別發給聯繫騷擾電話費參領請謝麻煩轉經沒問題為確認複復幫業務選號個嗎們這樣種類簡訊廣營銷",
    "订绝别发给联系骚扰电话费参领请谢麻烦转经没问题为确认复复帮业务选号个吗们这样种类简讯广营销",
)

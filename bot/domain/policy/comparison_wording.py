"""The words in which two policies are compared, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from decimal import Decimal

from bot.domain.attempts import Channel
from bot.domain.policy.model import KINDS, PURPOSES, Kind, Per
from bot.domain.sentences import Said, Sentence, Words, say


class Rule(Sentence):
    """What a rule is about."""

    PROFILE = "whose rules", "适用规则"
    HOURS = "hours, {kinds}, {days}", "时段，{kinds}，{days}"
    HOLIDAY_HOURS = "hours on holidays, {kinds}", "节假日时段，{kinds}"
    CALENDARS = "calendars of holidays", "节假日日历"
    DATES = "further days that are holidays", "另定的节假日"
    WORKDAYS = "further days that are worked", "另定的工作日"
    CAP = "limit, {kinds}, {period}, {where}", "上限，{kinds}，{period}，{where}"
    EXEMPT = "counted, but never held back by a general limit", "计数但不受总上限限制"
    GAP = "gap between two contacts, {kinds}", "两次触达的间隔，{kinds}"
    ZONES = "zones of numbers that begin with {code}", "{code} 号码的候选时区"
    CONSENT = "consent, {kinds}", "同意，{kinds}"
    RECORDED = "a recorded or machine-made voice", "录音或合成语音"
    MARK = "marketing to customers on the list {name}", "对“{name}”客户的营销"
    MARK_ORDER = "when customers on the list {name} come", "“{name}”客户的次序"
    SIGNATURE = "SMS that begin with who sends them", "须署名的短信"
    REFUSAL_LINE = "SMS that say how to refuse", "须注明退订方式的短信"
    RING = "a call rings at least", "呼叫至少振铃"
    ANSWER = "the customer hears somebody within", "接通后多久须有应答"
    ABANDONED = "answered calls that may find nobody", "接通后无人应答的比例上限"
    OPT_OUT_WORDS = "further words that are refusals", "另定的退订用语"
    CONFIRMED = "a refusal is confirmed", "退订须确认"
    CONFIRMED_WITHIN = "a refusal is confirmed within", "退订确认时限"
    HONOURED_WITHIN = "a refusal is honoured within", "退订生效时限"
    KEEP_CONTACTS = "contacts are kept for at least", "触达记录至少保留"
    KEEP_RECORDINGS = "recordings are kept for at least", "录音至少保留"
    KEEP_CONSENTS = "consents are kept for at least", "同意记录至少保留"
    APPROVAL = "approval by a second person", "第二人审批"
    SPENT = "{what} in all", "{what}，总计"
    SPENT_A_DAY = "{what} a day", "{what}，每日"
    LONGEST_CALL = "the longest call", "最长通话"
    SPEND_ZONE = "the zone in which a day is counted", "按日计费所用时区"
    BRAKE = "it stops by itself: {cause}", "自动停止：{cause}"
    BRAKE_OF_PLACE = "it stops by itself by the rule of each place: {cause}", "按各地规则自动停止：{cause}"


class Word(Sentence):
    """Names and values."""

    LIST = "{all}", "{all}"
    NOTHING = "none", "无"
    NOT_BOUND = "no limit", "不限"
    NO_LIMIT_OF_ITS_OWN = "no limit of its own", "无单独上限"
    CLOSED = "closed", "不可触达"
    NUMBER_PLAN = "those of the number plan", "按号码归属地"
    ASKED = "needed", "须取得"
    NOT_ASKED = "not needed", "不需要"
    YES = "yes", "是"
    NO = "no", "否"
    INSTALLATION = "as the installation has it", "按系统设置"
    AT_MOST = "{most} at most", "最多 {most}"
    IN_ANY = "in any {time}", "任意 {time}内"
    A_DAY = "a calendar day", "每个自然日"
    A_WEEK = "a calendar week", "每个自然周"
    A_MONTH = "a calendar month", "每个自然月"
    EVERYWHERE = "all campaigns together", "所有活动合计"
    THIS_CAMPAIGN = "this campaign alone", "仅本活动"
    EVERYTHING = "everything", "全部"
    MARKETING = "marketing", "营销"
    SERVICE = "service", "服务"
    MARKETING_SMS = "marketing by SMS", "短信营销"
    MARKETING_CALL = "marketing by phone", "电话营销"
    SERVICE_SMS = "service by SMS", "短信服务"
    SERVICE_CALL = "service by phone", "电话服务"
    EVERY_DAY = "every day", "每天"
    DAYS_FROM = "{first} to {last}", "{first}至{last}"
    MON = "Mon", "周一"
    TUE = "Tue", "周二"
    WED = "Wed", "周三"
    THU = "Thu", "周四"
    FRI = "Fri", "周五"
    SAT = "Sat", "周六"
    SUN = "Sun", "周日"
    DAYS = "{n} days", "{n} 天"
    HOURS = "{n} hours", "{n} 小时"
    MINUTES = "{n} minutes", "{n} 分钟"
    SECONDS = "{n} seconds", "{n} 秒"
    DAY = "1 day", "1 天"
    HOUR = "1 hour", "1 小时"
    MINUTE = "1 minute", "1 分钟"
    SECOND = "1 second", "1 秒"
    SHARE_OVER = "{share} over {time}", "{time}内 {share}"
    MORE_THAN = "above {share} in {time}, of {sample} or more", "{time}内超过 {share}（至少 {sample} 次）"
    OLDER_THAN = "data older than {time}", "数据早于 {time}"
    BEYOND_CHANCE = "of {sample} customers of each arm or more", "各组至少 {sample} 位客户"
    NO_BRAKE = "never", "不停止"
    # marks
    AS_USUAL = "as usual", "照常"
    BY_HAND = "by a person only", "仅限人工"
    WAIT = "waits", "暂缓"
    NEVER = "never", "禁止"
    MARK_BLACK = "black", "黑名单"
    MARK_RED = "red", "红名单"
    MARK_FLEA = "flea", "羊毛党"
    MARK_COMPLAINT = "complaint", "投诉"
    HIGHEST = "first", "最先"
    HIGH = "sooner", "较先"
    USUAL = "usual", "照常次序"
    LOW = "later", "较后"
    LOWEST = "last", "最后"
    # recorded voices
    VOICE_NOTHING = "no consent needed", "无须同意"
    VOICE_CONSENT = "with consent", "须经同意"
    VOICE_WRITTEN = "with consent in writing", "须经书面同意"
    # money
    MONEY = "money", "费用"
    BONUSES = "bonuses", "奖励"
    SEGMENTS = "SMS segments", "短信条数"
    CALL_MINUTES = "minutes of calls", "通话分钟"
    # brakes
    CARRIER_ERRORS = "the carrier fails contacts", "运营商发送失败"
    OPT_OUTS = "customers opt out", "客户退订"
    COMPLAINTS = "customers complain", "客户投诉"
    SPAM_FILTER = "messages are taken for spam", "短信被判为垃圾信息"
    ABANDONMENT = "answered calls find nobody", "接通后无人应答"
    STALE_DATA = "the customers' data is stale", "客户数据过期"
    HARM = "the treated do worse than the control arm", "触达组差于对照组"


class Heading(Sentence):
    """Of the table of differences, and what may be said instead of it."""

    RULE = "rule", "规则"
    BEFORE = "before", "原先"
    AFTER = "now", "现在"
    DIRECTION = "that is", "变化"
    LOOSER = "looser", "更宽"
    TIGHTER = "tighter", "更严"
    DIFFERENT = "different", "不同"
    NO_DIFFERENCE = (
        "no rule is looser or tighter than before",
        "没有任何规则比原先更宽或更严",
    )
    HISTORY = "Its history", "变更记录"
    SINCE = "since", "自何时起"
    WHO = "who", "谁"
    CHANGED = "what it changed", "改了什么"
    NOT_COMPARABLE = (
        "the former policy cannot be read any more, so nothing can be compared with it",
        "原规则已无法读取，不能与之比较",
    )


_DAY_WORDS = (Word.MON, Word.TUE, Word.WED, Word.THU, Word.FRI, Word.SAT, Word.SUN)
_UNITS = (
    (86_400, Word.DAY, Word.DAYS),
    (3_600, Word.HOUR, Word.HOURS),
    (60, Word.MINUTE, Word.MINUTES),
    (1, Word.SECOND, Word.SECONDS),
)
_CALENDAR = {Per.DAY: Word.A_DAY, Per.WEEK: Word.A_WEEK, Per.MONTH: Word.A_MONTH}


def kinds_told(kinds: Iterable[Kind]) -> Said:
    """A purpose on every channel is told as the purpose."""
    given = set(kinds)
    if given == set(KINDS):
        return say(Word.EVERYTHING)
    said: list[Said] = []
    for purpose in PURPOSES:
        channels = [channel for channel in Channel if (channel, purpose) in given]
        if len(channels) == len(Channel):
            said.append(say(Word[purpose.upper()]))
        else:
            said += [say(Word[f"{purpose}_{channel}".upper()]) for channel in channels]
    return listed(said)


def purposes_told(purposes: Collection[str]) -> Said:
    said = [say(Word[one.upper()]) for one in PURPOSES if one in purposes]
    return listed(said) if said else say(Word.NOTHING)


def days_told(days: Iterable[int]) -> Said:
    """0 is Monday; three and more in a row as a span."""
    given = sorted(days)
    if len(given) == len(_DAY_WORDS):
        return say(Word.EVERY_DAY)
    if len(given) > 2 and given[-1] - given[0] == len(given) - 1:
        return say(Word.DAYS_FROM, first=say(_DAY_WORDS[given[0]]), last=say(_DAY_WORDS[given[-1]]))
    return listed(say(_DAY_WORDS[day]) for day in given)


def time_told(span: timedelta) -> Said:
    seconds = int(span.total_seconds())
    size, one, many = next(unit for unit in _UNITS if seconds % unit[0] == 0)
    return say(one) if seconds == size else say(many, n=seconds // size)


def period_told(period: timedelta | Per) -> Said:
    if isinstance(period, Per):
        return say(_CALENDAR[period])
    return say(Word.IN_ANY, time=time_told(period))


def mark_told(name: str) -> Words:
    """The four that every policy knows have a name; others are called what their author calls them."""
    known = Word.__members__.get(f"MARK_{name.upper()}")
    return name if known is None else say(known)


def share_told(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def listed(words: Iterable[Words]) -> Said:
    return say(Word.LIST, all=tuple(words))

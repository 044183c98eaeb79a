"""What can be wrong with a policy: every sentence of its problems, in English and in Chinese."""

from __future__ import annotations

from bot.domain.sentences import Sentence


class Wrong(Sentence):
    AT = "{path}: {said}", "{path}：{said}"

    # any field
    MISSING = "missing", "缺失"
    NOT_A_MAPPING = "must be a mapping", "应为“名称: 值”的形式"
    NOT_A_LIST = "must be a list", "应为列表"
    NO_SUCH_FIELD = "no such field; known are {known}", "没有这个字段，可用的有：{known}"
    NONE_OF = "{value!r} is none of {known}", "{value!r} 不是以下任何一个：{known}"
    NO_TEXT = "{value!r} is no text", "{value!r} 不是文字"
    NO_FLAG = "must be true or false", "只能是 true 或 false"
    NO_DURATION = (
        "{value!r} is not a duration such as 30m, 4h or 7d",
        "{value!r} 不是时长，写法如 30m、4h、7d",
    )
    NO_SHARE = "{value!r} is not a share such as 3%", "{value!r} 不是比例，写法如 3%"
    NO_DATE = "{value!r} is not a date such as 2027-02-17", "{value!r} 不是日期，写法如 2027-02-17"
    NO_ZONE = "{value!r} is not a known time zone", "{value!r} 不是已知的时区"
    NO_COUNT = "must be a whole number from 1 to {most}", "应为 1 到 {most} 的整数"
    # hours
    NO_SPANS = "must be a list of spans such as 09:00-12:00", "应为时段列表，写法如 09:00-12:00"
    NO_SPAN = (
        "{value!r} is not a span such as 09:00-12:00 or mon-fri 09:00-12:00",
        "{value!r} 不是时段，写法如 09:00-12:00 或 mon-fri 09:00-12:00",
    )
    NO_TIME = "{time} is no time of the day", "{time} 不是一天中的时间"
    NO_WEEKDAY = (
        "{value!r} is not a weekday or a span of them, such as mon-fri",
        "{value!r} 不是星期，写法如 mon 或 mon-fri",
    )
    WEEKDAY_ON_HOLIDAY = "a holiday's hours name no weekday", "节假日时段不能写星期"
    ENDS_FIRST = "{value!r} ends before it begins", "{value!r} 的结束早于开始"
    OVER_MIDNIGHT = (
        "{value!r} ends before it begins; over midnight write two spans, {opens}-24:00 and 00:00-{closes}",
        "{value!r} 的结束早于开始；跨午夜请写成两段：{opens}-24:00 和 00:00-{closes}",
    )
    OVERLAP = "{earlier} and {later} overlap", "{earlier} 与 {later} 重叠"
    # holidays
    NO_HOLIDAYS = "must be a list of dates or a mapping", "应为日期列表或“名称: 值”的形式"
    HOLIDAY_HOURS_MISSING = (
        "then holidays.hours must say when contact is permitted",
        "这样就必须在 holidays.hours 中写明何时可以触达",
    )
    CLOSED_WITH_HOURS = "holidays cannot be both closed and have hours", "节假日不能既全天禁止又有时段"
    HOLIDAY_AND_WORKDAY = "{day} is among the dates as well", "{day} 同时也在 dates 中"
    NO_CALENDAR = "there is no calendar {name!r}", "没有名为 {name!r} 的日历"
    NO_CALENDAR_BUT = (
        "there is no calendar {name!r}; did you mean {near}?",
        "没有名为 {name!r} 的日历，是否为 {near}？",
    )
    NO_PART_OF_CALENDAR = (
        "there is no calendar {name!r}; the parts of {country} are: {parts}",
        "没有名为 {name!r} 的日历，{country} 的地区有：{parts}",
    )
    NO_PARTS_OF_CALENDAR = (
        "there is no calendar {name!r}; {country} has no parts",
        "没有名为 {name!r} 的日历，{country} 不分地区",
    )
    NOBODY_HAS_CALENDARS = (
        "there is nobody to ask for the calendar {name}",
        "无法查询日历 {name}",
    )
    # caps
    CAP_OF_ZERO = (
        "0 would forbid every contact: if that is meant, write never: true instead",
        "0 会禁止一切触达；若确需如此，请改写为 never: true",
    )
    NO_CAP = "must be a whole number of at least 1", "应为不小于 1 的整数"
    NEVER_IS_TRUE = "must be true, or be left out", "只能是 true，否则请删去"
    NOT_WITH_NEVER = "does not go with never: true", "不能与 never: true 同时使用"
    ONE_PERIOD = (
        "a cap has a rolling period or one of the calendar, not both",
        "上限只能有一个周期：滚动周期 (period) 或日历周期 (per)",
    )
    # marks
    NO_MARK = "{value!r} is not a word in small letters", "{value!r} 不是小写单词"
    SERVICE_IS_DUE = (
        "service is everybody's due; a mark is about marketing",
        "服务对每位客户都应提供，名单只影响营销",
    )
    # texts, voices and refusals
    RINGS_TOO_LONG = "no call rings longer than {most}s", "振铃时间不会超过 {most} 秒"
    CONFIRMATION_ASKED = (
        "contradicts confirmed_within, which asks for a confirmation",
        "与要求确认的 confirmed_within 矛盾",
    )
    # money
    DAY_ABOVE_TOTAL = (
        "{day} a day is more than {total} in all, so it would limit nothing",
        "每日 {day} 高于总额 {total}，不会起任何限制作用",
    )
    NO_AMOUNT = (
        "{value!r} is not an amount above 0, of at most {most:_} and {places} decimal places",
        "{value!r} 不是大于 0 的金额（最多 {most:,}，最多 {places} 位小数）",
    )
    NO_LIMIT = (
        "must be a whole number from 1 to {most:_}; to spend nothing, leave the campaign a draft",
        "应为 1 到 {most:,} 的整数；若不想支出，让活动保持草稿即可",
    )
    LESS_THAN_A_CALL = (
        "{minutes} minutes are less than one call may take (longest_call, {one_call})",
        "{minutes} 分钟少于一次通话的最长时间（longest_call，{one_call} 分钟）",
    )
    # places
    NO_CALLING_CODE = (
        'a calling code is written in quotes, such as "+86"',
        '国家号码须加引号，如 "+86"',
    )
    NO_ZONES = (
        "names no time zone; leave it out to go by the number itself",
        "没有写时区；若由号码本身判断，请删去这一项",
    )
    NO_COUNTRY = "{value!r} is no country code such as CN", "{value!r} 不是国家代码，写法如 CN"

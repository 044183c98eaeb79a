"""What can be wrong with a condition: each sentence in English and in Chinese."""

from __future__ import annotations

from bot.domain.sentences import Sentence
from bot.rules.tree import Kind


class ConditionWrong(Sentence):
    """Of a condition, read by itself or against the catalogue."""

    EMPTY = "the condition is empty", "条件为空"
    TOO_LONG = "the condition is longer than {most} characters", "条件超过 {most} 个字符"
    TOO_NESTED = "the condition is nested deeper than {most} brackets", "条件的括号嵌套超过 {most} 层"
    TOO_DEEP = (
        "the condition has more than {most} parts within each other",
        "条件中相互嵌套的部分超过 {most} 层",
    )
    UNREADABLE = "cannot be read: {why}", "无法读取：{why}"
    NO_CONDITION = "this is not a condition", "这不是条件表达式"
    NO_CONDITION_NEAR = "this is not a condition near {shown!r}", "{shown!r} 附近不是条件表达式"
    ONLY_ONE = "only one condition is allowed", "只能写一个条件"
    UNKNOWN_FACTOR = "unknown factor {name!r}", "未知的因子 {name!r}"
    NO_FACTOR = "{shown!r} is no factor", "{shown!r} 不是因子"
    WRONG_KIND = "{shown!r} is {kind}, where {wanted} is needed", "{shown!r} 是{kind}，此处需要{wanted}"
    UNLIKE = "{left!r} is {kind}, but {right!r} is {other}", "{left!r} 是{kind}，而 {right!r} 是{other}"
    DATES_CALCULATED = (
        "dates can be compared, but not calculated with",
        "日期可以比较，但不能参与运算",
    )
    NOT_THIS_KIND = "{text!r} is not {kind}", "{text!r} 不是{kind}"
    HAS_A_ZONE = "{text!r} has a zone", "{text!r} 带有时区"
    WRONG_NUMBER = "{name} does not take {count} values", "{name} 不能有 {count} 个参数"
    SYMMETRIC = "between symmetric is not allowed", "不允许使用 between symmetric"
    IN_WITHOUT_LIST = "in needs a list of values", "in 后面需要值的列表"
    IS_WHAT = "after is, only null or not null is allowed", "is 后面只能是 null 或 not null"
    LIKE_WHAT = "like needs a quoted pattern", "like 后面需要加引号的模式"
    BACKSLASH = "a like pattern may not contain a backslash", "like 的模式中不能有反斜杠"
    NO_SUCH_NUMBER = "no factor has a number like this", "没有因子会有这样的数值"
    BARE_NULL = "null compares with nothing", "null 不能与任何值比较"
    CAST = "cast is not allowed", "不允许使用 cast"
    FUNCTION = "the function {name} is not allowed", "不允许使用函数 {name}"
    STATEMENT = "statements and sub-queries are not allowed", "不允许使用语句和子查询"
    CLOCK = "a condition knows no clock", "条件不知道当前时间"
    FORBIDDEN = "{shown!r} is not allowed in a condition", "条件中不允许 {shown!r}"


class KindName(Sentence):
    NUMBER = "a number", "数值"
    TEXT = "text", "文字"
    FLAG = "yes or no", "是非值"
    DATE = "a date", "日期"
    DATETIME = "a date and time", "日期时间"
    ANY = "anything", "任意值"


def name_of(kind: Kind) -> KindName:
    return KindName[kind.name]

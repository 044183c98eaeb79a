"""What may help an author: the sentences that stand in brackets behind what is wrong, in both languages."""

from __future__ import annotations

from bot.domain.sentences import Sentence


class Hint(Sentence):
    """What may help: shown in brackets behind what is wrong."""

    DID_YOU_MEAN = "did you mean {near}?", "是否为 {near}？"
    EXAMPLE = "write for example: {example}", "写法如：{example}"
    LIKE_THIS = "{example}", "写法如：{example}"
    WRITE = "write {example}", "写法如：{example}"
    ALLOWED = "allowed are {known}", "可用的有：{known}"
    TRUE_OR_FALSE = "a condition must be true or false", "条件的结果只能是真或假"
    QUOTES = "text values need quotes", "文字须加引号"
    COUNTS_DAYS = "use a factor that counts days", "请使用以天计的因子"
    COUNTS_DAYS_SUCH_AS = "use a factor that counts days, such as {name}", "请使用以天计的因子，如 {name}"
    EQUALS = "use = true or = false", "请写 = true 或 = false"
    TOO_MANY_DIGITS = "it has too many digits", "位数太多"
    NULL_TEST = "write is null or is not null", "请写 is null 或 is not null"
    UTC = "times in conditions are UTC", "条件中的时间均为 UTC"
    ONLY_FACTORS = "only a condition over factors is", "只能写关于因子的条件"
    # YAML
    ONE_HOLDS = "only one of them can hold", "只能保留其中一个"
    REMOVE_IT = "remove it", "请删去"
    REMOVE_DASHES = "remove the line ---", "请删去 --- 这一行"
    UNCLOSED_QUOTE = "a quote is not closed", "有引号没有闭合"
    NAME_AND_COLON = "a name is followed by a colon and a space", "名称后面应为冒号和空格"
    COMMA_OR_BRACKET = (
        "a text with a comma or a bracket in it needs quotes",
        "含有逗号或括号的文字须加引号",
    )
    COLON = "a text with a colon in it needs quotes", "含有冒号的文字须加引号"
    INDENTED = (
        "is it indented as its neighbours are, and is each quote closed?",
        "缩进是否与相邻各行一致？引号是否都已闭合？",
    )
    SPACES = (
        "indent with spaces; a text that begins so needs quotes",
        "请用空格缩进；以此字符开头的文字须加引号",
    )

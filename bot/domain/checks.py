"""What must be true before a campaign may go out: each point with its verdict, and its words in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Point(StrEnum):
    FLOW = "flow"
    FLOW_FAULTS = "flow_faults"
    FLOW_DOUBTS = "flow_doubts"
    PART = "part"
    AUDIENCE = "audience"
    AUDIENCE_EMPTY = "audience_empty"
    AUDIENCE_ON_EVENT = "audience_on_event"
    AUDIENCE_UNREADABLE = "audience_unreadable"
    LANGUAGES = "languages"
    LANGUAGE_MISSING = "language_missing"
    POLICY = "policy"
    POLICY_UNREADABLE = "policy_unreadable"
    APPROVAL_NEEDED = "approval_needed"
    SENDERS = "senders"
    SENDER_MISSING = "sender_missing"
    BUDGET = "budget"
    BUDGET_MISSING = "budget_missing"
    SCHEDULE = "schedule"
    SCHEDULE_OVER = "schedule_over"
    SCHEDULE_BEGUN = "schedule_begun"
    VALUES = "values"
    VALUES_MISSING = "values_missing"
    SPEND = "spend"
    SPEND_TOO_MUCH = "spend_too_much"
    EXAMPLE_PRICES = "example_prices"
    CONDUCT = "conduct"
    UNSIGNED = "unsigned"
    REFUSAL_LINE_MISSING = "refusal_line_missing"
    OPT_OUT_WORD_UNHEARD = "opt_out_word_unheard"


#: Each in English and Chinese; `{names}` are the finding's details.
_WORDS: Mapping[Point, tuple[str, str]] = {
    Point.FLOW: ("The flow {flow} has no errors", "流程 {flow} 没有错误"),
    Point.FLOW_FAULTS: (
        "The flow has {count} errors; the first: {first}",
        "流程有 {count} 个错误，第一个：{first}",
    ),
    Point.FLOW_DOUBTS: (
        "The flow has {count} warnings; the first: {first}",
        "流程有 {count} 个警告，第一个：{first}",
    ),
    Point.PART: (
        "The flow {flow} is a part: it only runs inside others",
        "流程 {flow} 是子流程，只能在其他流程中运行",
    ),
    Point.AUDIENCE: ("The audience is {count} customers", "目标客户 {count} 人"),
    Point.AUDIENCE_EMPTY: ("Nobody is in the audience", "目标客户为空"),
    Point.AUDIENCE_ON_EVENT: (
        "Customers are enrolled when they have {event}; {count} fit its condition today",
        "客户发生 {event} 时加入；今天符合条件的有 {count} 人",
    ),
    Point.AUDIENCE_UNREADABLE: ("Its audience cannot be read: {fault}", "目标客户条件无法读取：{fault}"),
    Point.LANGUAGES: ("Every text is written in {languages}", "所有话术都有 {languages}"),
    Point.LANGUAGE_MISSING: (
        "{language} is read by {count} of the audience; a text of step {step} lacks it: they get another language",
        "{count} 位客户使用 {language}，步骤 {step} 没有该语言的话术，将使用其他语言",
    ),
    Point.POLICY: ("The contact policy can be read", "触达规则可读"),
    Point.POLICY_UNREADABLE: ("The contact policy: {fault}", "触达规则：{fault}"),
    Point.APPROVAL_NEEDED: (
        "The policy asks for the approval of a second person",
        "规则要求由第二人审批",
    ),
    Point.SENDERS: ("Its senders: {senders}", "发送号码：{senders}"),
    Point.SENDER_MISSING: ("No sender is set up for {channel}", "{channel} 没有配置发送号码"),
    Point.BUDGET: ("At most {amount} may be granted", "最多可发放 {amount}"),
    Point.BUDGET_MISSING: (
        "The flow grants bonuses, but no budget bounds them",
        "流程会发放奖励，但没有预算上限",
    ),
    Point.SCHEDULE: ("It starts on {start}", "开始时间：{start}"),
    Point.SCHEDULE_OVER: ("Its end, {end}, has passed", "结束时间 {end} 已过"),
    Point.SCHEDULE_BEGUN: (
        "Its start, {start}, has passed: it begins at once",
        "开始时间 {start} 已过，将立即开始",
    ),
    Point.VALUES: (
        "Of {sample} customers looked at, all have the values of the texts",
        "抽查 {sample} 位客户，话术所需的值齐全",
    ),
    Point.VALUES_MISSING: (
        "{count} of {sample} customers looked at lack {name}, which a text needs: they are not contacted there",
        "抽查 {sample} 位客户，{count} 位缺少话术所需的 {name}，相应步骤不会触达",
    ),
    Point.SPEND: ("At worst it costs {amount}", "最坏情况下费用为 {amount}"),
    Point.SPEND_TOO_MUCH: (
        "At worst it costs {amount}, more than {cap}",
        "最坏情况下费用为 {amount}，超过 {cap}",
    ),
    Point.EXAMPLE_PRICES: (
        "Its limits are counted by the example prices that came with the program: write the carrier's own into {file}",
        "限额按程序自带的示例价格计算，请在 {file} 中填写运营商的实际价格",
    ),
    Point.CONDUCT: (
        "Every SMS says who sends it and how to refuse it, as the rules of {places} ask",
        "所有短信均按 {places} 的规则署名并注明退订方式",
    ),
    Point.UNSIGNED: (
        "The {language} SMS of step {step} does not say who sends it, as the rules of {place} ask for {count} of the "
        "audience: 【brand】 first in Chinese, the brand in any other language",
        "步骤 {step} 的 {language} 短信没有署名，{place} 的规则对 {count} 位客户有此要求："
        "中文以【品牌】开头，其他语言写明品牌",
    ),
    Point.REFUSAL_LINE_MISSING: (
        "The {language} SMS of step {step} does not say how to refuse, as the rules of {place} ask for {count} of the "
        "audience",
        "步骤 {step} 的 {language} 短信没有注明退订方式，{place} 的规则对 {count} 位客户有此要求",
    ),
    Point.OPT_OUT_WORD_UNHEARD: (
        "The rules of {place} call {word} a refusal, and no reply is understood so",
        "{place} 的规则将 {word} 视为退订，但系统无法识别该回复",
    ),
}


#: Details that are moments, stored in UTC; and those that are codes, or begin with one, listed with commas.
_MOMENTS = frozenset({"start", "end"})
_CODED = frozenset({"language", "languages", "channel", "senders"})
_NAMES: Mapping[str, tuple[str, str]] = {
    "en": ("English", "英文"),
    "zh": ("Chinese", "中文"),
    "sms": ("SMS", "短信"),
    "call": ("calls", "外呼"),
}


#: What was found in words of its own is kept in both languages, by language.
Detail = str | int | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    point: Point
    verdict: Verdict
    details: Mapping[str, Detail] = field(default_factory=dict)

    def words(self, language: str, zone: tzinfo | None = None) -> str:
        """Moments on the clock of the zone where all around is; without one in UTC, which is said beside them."""
        english, chinese = _WORDS[self.point]
        shown = {name: _shown(name, value, language, zone) for name, value in self.details.items()}
        return (chinese if language == "zh" else english).format_map(shown)

    def to_json(self) -> dict[str, Any]:
        return {"point": self.point.value, "verdict": self.verdict.value, "details": dict(self.details)}


def _shown(name: str, value: Detail, language: str, zone: tzinfo | None) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return value[language if language in value else "en"]
    if name in _MOMENTS:
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if zone else f"{moment:%Y-%m-%d %H:%M} UTC"
    return _named(value, language) if name in _CODED else value


def _named(codes: str, language: str) -> str:
    """`call +86..., sms 10086` with the names of the channels; a code that has no name stays."""
    said = []
    for one in codes.split(", "):
        code, _, rest = one.partition(" ")
        name = _NAMES[code][language == "zh"] if code in _NAMES else code
        said.append(f"{name} {rest}".rstrip())
    return ("、" if language == "zh" else ", ").join(said)


def finding_of(stored: Mapping[str, Any]) -> Finding:
    return Finding(Point(stored["point"]), Verdict(stored["verdict"]), stored["details"])


def fit(findings: Iterable[Finding]) -> bool:
    return all(one.verdict is not Verdict.ERROR for one in findings)

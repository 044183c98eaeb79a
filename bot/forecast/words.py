"""The words of dry runs and stories, in Chinese and English; why somebody was not contacted is the gate's own table."""

from __future__ import annotations

from bot.domain.reasons import REASONS

_WORDS: dict[str, tuple[str, str]] = {
    "heading": (
        "{name}: {people:,} people as they are known at {now}; nothing was written",
        "{name}：按{now}已知情况推演{people:,}人，未写入任何数据",
    ),
    "reach": (
        "{contacted:,} of them will be contacted ({share}): {on_time:,} on time, "
        "{later:,} later, as soon as hours and limits permit",
        "其中将联系{contacted:,}人（{share}）：准时{on_time:,}人，待时段和频次允许后{later:,}人",
    ),
    "span": ("; contacts from {first} to {last}", "；联系时间{first}至{last}"),
    "sample": ("drawn from {audience:,} by a hash", "自{audience:,}人中按哈希抽样"),
    "what": ("what would happen", "结果"),
    "why": ("why", "原因"),
    "people": ("people", "人数"),
    "share": ("share", "占比"),
    "hour": ("local hour", "当地时间"),
    "sms": ("SMS", "短信"),
    "call": ("calls", "外呼"),
    "sums": (
        "{sms:,} SMS ({segments:,} segments) and {calls:,} calls; at {sms_rate} SMS and {call_rate} calls a second "
        "the carrier needs {time} for them",
        "短信{sms:,}条（计费{segments:,}条），外呼{calls:,}次；按每秒{sms_rate}条短信、{call_rate}次外呼，"
        "运营商侧需{time}",
    ),
    "time": ("{hours} h {minutes} min", "{hours}小时{minutes}分"),
    # verdicts
    "allowed": ("contacted on time", "准时联系"),
    "later": ("contacted later", "稍后联系"),
    "deferred": ("waits; looked at again", "暂缓，之后再判断"),
    "expired": ("put off for longer than the contact keeps: not made", "推迟后已过时效，不联系"),
    "denied": ("not contacted", "不联系"),
    "control": ("control arm: never contacted", "对照组，不联系"),
    "no_contact": ("no contact by the bot", "机器人不联系"),
    # what the flow does instead
    "person_first": ("The flow begins with a manager.", "流程先由客户经理跟进。"),
    "awaits_event": ("The flow waits for something that may not come.", "流程在等待未必发生的事件。"),
    "ends_without": ("The flow ends without a contact.", "流程未联系即结束。"),
    "under_way": ("The run is under way, and wants no contact now.", "流程进行中，目前无待办联系。"),
    "finished": ("The run is over.", "流程已结束。"),
    "global_control": (
        "The customer belongs to the global control group, which no campaign markets to.",
        "客户属于全局对照组，任何营销活动都不联系。",
    ),
    "too_late": ("Its time has passed.", "已过时效。"),
    # columns of the sample
    "customer": ("customer", "客户"),
    "number": ("number", "号码"),
    "arm": ("arm", "分组"),
    "first": ("first contact", "首次联系"),
    "length": ("length", "长度"),
    "when": ("when, there", "当地时间"),
    "subject": (
        "Customer {customer} (id {id}), {number}; times are in {zone}",
        "客户{customer}（编号{id}），{number}；时间按{zone}",
    ),
    # columns of a story
    "at": ("when", "时间"),
    "campaign": ("campaign", "活动"),
    "happened": ("what happened", "经过"),
    "no_campaign": ("No campaign has had anything to do with this customer.", "没有活动涉及该客户。"),
    "treatment": ("treatment", "实验组"),
}
_OF_THE_GATE = {one.reason.value: one for one in REASONS}


def in_words(name: str, language: str) -> str:
    """A name of an author's own stays as it was written."""
    words = _WORDS.get(name)
    return words[language.startswith("zh")] if words is not None else name.replace("_", " ")


def why(reason: str, language: str) -> str:
    """The gate's reasons as their table words them."""
    meaning = _OF_THE_GATE.get(reason)
    if meaning is None:
        return in_words(reason, language)
    return meaning.zh if language.startswith("zh") else meaning.en

"""The words of a simulation's figures, in Chinese and English."""

from __future__ import annotations

_WORDS: dict[str, tuple[str, str]] = {
    "heading": (
        "{title} ({flow}): {customers:,} made-up customers, {days} days, seed {seed}",
        "{title}（{flow}）：{customers:,}名模拟客户，{days}天，种子{seed}",
    ),
    "shared_heading": (
        "{flows} flows, {customers:,} made-up customers each, {days} days, seed {seed}",
        "{flows}个流程，每个{customers:,}名模拟客户，{days}天，种子{seed}",
    ),
    "flow": ("flow", "流程"),
    "funnel": ("funnel", "漏斗"),
    "customers": ("customers", "客户数"),
    "share": ("share", "占比"),
    "enrolled": ("enrolled", "入组"),
    "contacted": ("contacted", "已触达"),
    "delivered": ("delivered or picked up", "送达或接听"),
    "answered": ("answered", "有回应"),
    "accepted": ("accepted", "同意参加"),
    "qualified": ("qualified", "达标"),
    "granted": ("granted", "已发放"),
    "work_order": ("work order", "转人工"),
    "opted_out": ("opted out", "退订"),
    "per_person": ("contacts per person", "人均触达次数"),
    "all": ("all", "合计"),
    "sms": ("SMS", "短信"),
    "call": ("calls", "外呼"),
    "contacts": ("contacts", "触达"),
    "cost": ("cost", "费用"),
    "seconds": ("CPU s", "CPU秒"),
    "invariants": ("invariants", "不变量"),
    "hold": ("hold", "全部成立"),
    "hours": ("local hour", "当地时间"),
    "results": ("how runs ended", "结束方式"),
    "standing": ("where runs stand after the last day", "期末所在步骤"),
    "gate": ("what the gate said", "触达闸门"),
    "emitted": ("outgoing events", "对外事件"),
    "broken": ("broken, by customers", "被违反的不变量（客户数）"),
    "costs": (
        "{sms:,} SMS ({segments:,} segments, {sms_cost}), {calls:,} calls ({minutes:,} minutes, {call_cost}), "
        "{grants:,} grants ({bonus}): {total}",
        "短信{sms:,}条（计费{segments:,}条，{sms_cost}），外呼{calls:,}次（{minutes:,}分钟，{call_cost}），"
        "赠送{grants:,}笔（{bonus}），共{total}",
    ),
    "sound": (
        "{happenings:,} happenings in {seconds:.1f} s of CPU; every invariant holds",
        "共{happenings:,}个事件，CPU用时{seconds:.1f}秒；所有不变量均成立",
    ),
    "unsound": (
        "{happenings:,} happenings in {seconds:.1f} s of CPU; an invariant is broken for {broken:,} customers",
        "共{happenings:,}个事件，CPU用时{seconds:.1f}秒；{broken:,}名客户违反不变量",
    ),
    # the gate
    "allowed": ("allowed", "放行"),
    "deferred": ("deferred", "推迟"),
    "denied": ("denied", "拒绝"),
    "suppressed": ("refused before", "已在拒收名单"),
    "left": ("left the network", "已离网"),
    "complaint_open": ("complaint open", "投诉处理中"),
    "work_order_open": ("with a manager", "客户经理跟进中"),
    "zone_unknown": ("zone unknown", "时区未知"),
    "no_permitted_hours": ("no permitted hours", "无可触达时段"),
    "no_written_consent": ("no consent in writing", "无书面同意"),
    "cap": ("cap", "次数上限"),
    "min_gap": ("too soon", "间隔不足"),
    "flow_moved_on": ("the run had moved on", "流程已前进"),
    # invariants; some are reasons of the gate as well
    "quiet_hours": ("quiet hours", "免打扰时段"),
    "caps": ("caps", "次数上限"),
    "after_opt_out": ("contact after an opt-out", "退订后仍触达"),
    "no_consent": ("no consent", "未授权"),
    "granted_twice": ("granted twice", "重复发放"),
    "unearned_grant": ("grant not earned", "未达条件即发放"),
    "after_end": ("contact after the end", "结束后仍触达"),
    "no_end": ("run without an end", "流程未结束"),
    "exception": ("engine failed", "引擎异常"),
    "missing_value": ("missing value", "缺少取值"),
    "silent_line": ("no words for the caller", "通话无应答"),
    "budget": ("over the budget of steps", "超出步数预算"),
}


def in_words(name: str, language: str) -> str:
    """A name of the flow's own author stays as it was written."""
    words = _WORDS.get(name)
    return words[language.startswith("zh")] if words is not None else name.replace("_", " ")

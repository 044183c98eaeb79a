"""Why a campaign's comparisons should not be believed as they stand, each reason with what it means, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.campaigns import Arm
from bot.domain.experiments import Experiment, Way
from bot.evaluation.contamination import Touched
from bot.evaluation.report import Report

_Words = Mapping[str, str]  # language -> sentence


class Concern(StrEnum):
    ARMS_UNEVEN = "arms_uneven"
    WAYS_UNEVEN = "ways_uneven"
    WEIGHTS_CHANGED = "weights_changed"
    CONTROL_CONTACTED = "control_contacted"
    LOPSIDED = "lopsided"
    GLOBAL_CONTROL_MARKETED = "global_control_marketed"


#: What was found, and what it means for the reader.
_SENTENCES: Mapping[Concern, tuple[_Words, _Words]] = {
    Concern.ARMS_UNEVEN: (
        {
            "en": "The arms' sizes are not chance: {sizes} (p = {p}).",
            "zh": "各组人数之比并非偶然：{sizes}（p = {p}）。",
        },
        {
            "en": "Customers were not dealt as asked, or some were lost or added on the way. The arms may then differ "
            "in more than the campaign: do not believe the difference before the cause is found.",
            "zh": "客户没有按设定分组，或中途有人丢失、被加入。两组的不同可能不只来自活动，查明原因之前请勿采信差值。",
        },
    ),
    Concern.WAYS_UNEVEN: (
        {
            "en": "Experiment {experiment}: the ways' sizes are not chance: {sizes} (p = {p}).",
            "zh": "试验 {experiment}：各方案人数之比并非偶然：{sizes}（p = {p}）。",
        },
        {
            "en": "The ways were not dealt by their weights, or one of them loses people. They may then differ in "
            "more than what is tried: do not believe the difference before the cause is found.",
            "zh": "客户没有按权重进入各方案，或某个方案中途流失了人。各方案的不同可能不只来自试验内容，"
            "查明原因之前请勿采信差值。",
        },
    ),
    Concern.WEIGHTS_CHANGED: (
        {
            "en": "Experiment {experiment}: its weights were changed while the campaign ran.",
            "zh": "试验 {experiment}：活动进行中改过权重。",
        },
        {
            "en": "The sizes were checked against the weights by which each customer was dealt, as far as these are "
            "known. Customers dealt before and after the change may differ, for example in how early they were "
            "reached: so may the ways, whose shares of both are not the same.",
            "zh": "各方案人数已按每位客户分组时的权重核对（以仍可查知者为限）。改动前后分到的客户可能不同，"
            "例如被联系的早晚；各方案中两者所占比例不同，因此结果也可能受其影响。",
        },
    ),
    Concern.CONTROL_CONTACTED: (
        {
            "en": "{customers} of {of} customers held out were contacted by this campaign.",
            "zh": "{of} 名被保留的对照客户中，有 {customers} 名被本活动联系。",
        },
        {
            "en": "Nobody who is held out may be contacted. They stay in their arm, which makes the difference look "
            "smaller than it is. This is a fault: report it.",
            "zh": "对照客户不得被联系。他们仍算在对照组内，会使差值显得偏小。这是故障，请上报。",
        },
    ),
    Concern.LOPSIDED: (
        {
            "en": "Other campaigns contacted {treated} of the treated, but {control} of the control arm.",
            "zh": "其他活动联系了干预组的 {treated}，而对照组为 {control}。",
        },
        {
            "en": "So the difference between the arms is not this campaign's alone. It comes about where caps or "
            "open work orders let the treated have fewer other messages: compare with the global control group.",
            "zh": "因此两组的差值并非只由本活动造成。常见原因是频次上限或未结工单使干预组少收到其他消息；"
            "请参考全局对照组。",
        },
    ),
    Concern.GLOBAL_CONTROL_MARKETED: (
        {
            "en": "{customers} of {of} customers of the global control group were contacted for marketing.",
            "zh": "全局对照组的 {of} 名客户中，有 {customers} 名被营销联系。",
        },
        {
            "en": "The group is to show what happens without any marketing, and no longer does so in full. Look for "
            "campaigns that had enrolled them before the group's period began.",
            "zh": "该组用来说明完全没有营销时的结果，现已不再纯净。请检查是否有活动在该组周期开始之前"
            "就已纳入这些客户。",
        },
    ),
}


_ARMS: Mapping[str, _Words] = {
    Arm.TREATMENT: {"en": "treated", "zh": "干预组"},
    Arm.CONTROL: {"en": "control", "zh": "对照组"},
}
_COMMA: _Words = {"en": ", ", "zh": "，"}
_SIZE: _Words = {
    "en": "{name} {customers:,} (asked: {share:.1%})",
    "zh": "{name} {customers:,} 人（应为 {share:.1%}）",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """`about`: the experiment in question, where it is one."""

    concern: Concern
    values: Mapping[str, str]
    about: Experiment | None = None

    def found(self, language: str) -> str:
        values = dict(self.values)
        if self.about is not None:
            values |= {"experiment": self.about.name, "p": f"{self.about.sample_ratio_p or 0.0:.1g}"}
            values["sizes"] = _COMMA[language].join(_size(way, language) for way in self.about.ways)
        return _SENTENCES[self.concern][0][language].format_map(values)

    def means(self, language: str) -> str:
        return _SENTENCES[self.concern][1][language]


def doubts(report: Report) -> list[Doubt]:
    """About the campaign as a whole; the gravest first."""
    found = report.contamination
    faults = [Doubt(Concern.ARMS_UNEVEN, {}, report.arms)] if report.arms.uneven else []
    if found.control_contacted.customers:
        faults.append(Doubt(Concern.CONTROL_CONTACTED, _of(found.control_contacted)))
    if found.held_globally_marketed.customers:
        faults.append(Doubt(Concern.GLOBAL_CONTROL_MARKETED, _of(found.held_globally_marketed)))
    if found.lopsided:
        shares = {
            "treated": f"{found.treated_elsewhere.share:.1%}",
            "control": f"{found.control_elsewhere.share:.1%}",
        }
        faults.append(Doubt(Concern.LOPSIDED, shares))
    return faults


def doubts_of(experiment: Experiment) -> list[Doubt]:
    """About one of the flow's experiments."""
    if experiment.uneven:
        return [Doubt(Concern.WAYS_UNEVEN, {}, experiment)]
    if experiment.dealings != 1:
        return [Doubt(Concern.WEIGHTS_CHANGED, {}, experiment)]
    return []


def _size(way: Way, language: str) -> str:
    """`control 119 (asked: 10.0%)`"""
    name = _ARMS[way.name][language] if way.name in _ARMS else way.name
    return _SIZE[language].format(name=name, customers=way.outcome.customers, share=way.share or 0.0)


def _of(touched: Touched) -> dict[str, str]:
    return {"customers": f"{touched.customers:,}", "of": f"{touched.of:,}"}

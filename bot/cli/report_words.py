"""What `keepline report` says, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.cli.money import money
from bot.domain.contact import Reason
from bot.domain.reasons import MEANINGS
from bot.flow.outcome_words import result_in_words

_ZH = {
    "customers": "客户",
    "of targeted": "占干预组",
    "targeted": "目标客户",
    "eligible": "可联系",
    "contacted": "已联系",
    "delivered": "已送达",
    "replied": "已回应",
    "accepted": "已接受",
    "recharged": "已充值",
    "granted": "已赠送",
    "escalated": "转客户经理",
    "opted out": "已退订",
    "How enrolments ended": "结果分布",
    "Contacts that the gate refused": "被拒绝的联系",
    "Never contacted, by the gate's last word": "从未联系，按最后一次判定",
    "{sms} SMS ({segments} segments), {calls} calls ({minutes} minutes), {bonus} in bonus; "
    "{replies} replies, {keys} keypresses": "短信 {sms} 条（{segments} 个计费段），电话 {calls} 通（{minutes} 分钟），"
    "赠送 {bonus}；回复 {replies} 条，按键 {keys} 次",
    "Recharged at least {least}: {treated} of {n} treated, {control} of {m} control": "充值满 {least}："
    "干预组 {n} 人中 {treated}，对照组 {m} 人中 {control}",
    "Held out of all marketing: {rate} of {n}, no part of the comparison": "全局对照组 {n} 人中 {rate}，不参与比较",
    "Difference: unknown while an arm is empty": "差值：有一组为空，无法得知",
    "Difference {by} (95 % interval {low} to {high}, p {p})": "差值 {by}（95% 置信区间 {low} 至 {high}，p {p}）",
    "The treated do worse than those left in peace: stop and look.": "干预组比未受打扰者更差：请停下检查。",
    "Experiment {name}": "试验 {name}",
    "way": "方案",
    "asked": "应分到",
    "dealt": "实分到",
    "against {first}": "与 {first} 相比",
    "together 95 %": "联合 95% 区间",
    "Beside other campaigns": "与其他活动的重叠",
    "share": "占比",
    "treated, contacted by other campaigns as well": "干预组，同时被其他活动联系",
    "control, contacted by other campaigns": "对照组，被其他活动联系",
    "treated by another campaign at the same time": "同时是另一活动的干预对象",
    "held out, but contacted by this campaign": "应保留不联系，却被本活动联系",
    "global control, contacted for service only": "全局对照组，仅被服务性联系",
    "global control, contacted for marketing": "全局对照组，被营销联系",
    "No global control group is in force.": "目前没有全局对照组。",
    "Global control group {name}: {share} of all customers, {since} to {until}": "全局对照组 {name}："
    "全体客户的 {share}，{since} 至 {until}",
    "{held} customers are in it, {others} are not": "组内 {held} 人，组外 {others} 人",
    "These sizes are not chance (p = {p}): do not trust the comparison.": ""
    "这一人数之比并非偶然（p = {p}），请勿采信此比较。",
    "Contacted for service only: {served}; for marketing: {marketed}, of whom {carried} by campaigns that had "
    "enrolled them before": "仅被服务性联系：{served} 人；被营销联系：{marketed} 人，"
    "其中 {carried} 人由此前已纳入他们的活动联系",
    "{leaked} customers of the group were contacted for marketing by campaigns of its own period: "
    "this is a fault.": "组内 {leaked} 人被本周期内的活动营销联系：这是故障。",
    "Recharged since then: {others} of the others, {held} of the group": "此后充值：组外 {others}，组内 {held}",
    "All marketing together: {by} (95 % interval {low} to {high})": ""
    "全部营销合计：{by}（95% 置信区间 {low} 至 {high}）",
}


@dataclass(frozen=True, slots=True)
class Words:
    language: str
    currency: str

    def __call__(self, sentence: str, **values: object) -> str:
        return (_ZH[sentence] if self.language == "zh" else sentence).format_map(values)

    def money(self, amount: Decimal) -> str:
        return money(amount, self.currency, self.language)

    def result(self, name: str) -> str:
        return name.replace("_", " ") if self.language == "en" else result_in_words(name, self.language)

    def reason(self, code: str) -> str:
        if self.language == "en" or code not in {reason.value for reason in Reason}:
            return code.replace("_", " ")
        return MEANINGS[Reason(code)].zh

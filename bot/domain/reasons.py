"""Why somebody was not contacted: every reason of the gate in one table, for the console and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.contact import Reason


class LiftedBy(StrEnum):
    NOBODY = "nobody"
    CUSTOMER = "customer"  # only by what they themselves say or do
    SUPERVISOR = "supervisor"  # by settling the matter or mending the data; never by overruling the gate
    ITSELF = "itself"  # time alone


@dataclass(frozen=True, slots=True)
class Meaning:
    reason: Reason
    en: str
    zh: str
    lifted_by: LiftedBy


REASONS: tuple[Meaning, ...] = (
    Meaning(
        Reason.NOT_ON_GUEST_LIST,
        "This installation is being tried out and contacts only the numbers of its guest list.",
        "本系统处于试运行，只联系白名单中的号码。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.SUPPRESSED,
        "The customer has refused this channel or purpose, or the number is on a do-not-call list.",
        "客户已拒绝此渠道或用途，或号码在免打扰名单中。",
        LiftedBy.CUSTOMER,
    ),
    Meaning(
        Reason.NO_CONSENT,
        "The customer has not consented to this purpose on this channel.",
        "客户未同意通过此渠道接收此类信息。",
        LiftedBy.CUSTOMER,
    ),
    Meaning(
        Reason.NO_WRITTEN_CONSENT,
        "The customer's place asks for consent in writing before a machine-made voice markets; there is none.",
        "客户所在地要求机器语音营销须有书面同意，而该客户没有。",
        LiftedBy.CUSTOMER,
    ),
    Meaning(
        Reason.CONTROL_ARM,
        "The customer belongs to the control group, which shows what happens without us.",
        "客户属于对照组，用来比较不联系时的结果。",
        LiftedBy.NOBODY,
    ),
    Meaning(
        Reason.LEFT,
        "The customer has left the network, or the number has a new owner.",
        "客户已离网，或号码已换机主。",
        LiftedBy.NOBODY,
    ),
    Meaning(
        Reason.RETURNED,
        "The flow is for customers who have left, and this one is a customer again.",
        "此流程面向已离网客户，而该客户已回网。",
        LiftedBy.NOBODY,
    ),
    Meaning(
        Reason.MARKED_NEVER,
        "The customer is on a list, such as the black one, that the policy keeps free of marketing.",
        "客户在名单（如黑名单）中，策略规定不对其营销。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.MARKED_BY_HAND,
        "The customer is on a list whose customers only a manager calls, from a work order.",
        "客户在名单中，策略规定只由客户经理凭工单致电。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.CAMPAIGN_NOT_RUNNING,
        "The campaign is paused, finished or aborted, or its policy cannot be read.",
        "活动已暂停、结束或中止，或活动策略无法读取。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.FLOW_MOVED_ON,
        "Something happened in between; the contact is no longer needed.",
        "期间情况有变，此次联系已不再需要。",
        LiftedBy.NOBODY,
    ),
    Meaning(
        Reason.OTHER_CONVERSATION,
        "Another campaign is talking with the customer; one conversation at a time.",
        "另一活动正在与客户沟通，同一时间只进行一个会话。",
        LiftedBy.ITSELF,
    ),
    Meaning(
        Reason.NEWS_WAITING,
        "News about the customer has come in and is read first.",
        "客户有新的事件，先处理后再联系。",
        LiftedBy.ITSELF,
    ),
    Meaning(
        Reason.COMPLAINT_OPEN,
        "The customer has a complaint that is not settled yet: no marketing.",
        "客户有未办结的投诉，暂不营销。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.MARKED_WAIT,
        "The customer is on a list with which the policy waits, such as that of complaints: no marketing meanwhile.",
        "客户在名单（如投诉名单）中，策略规定在此期间暂不营销。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.WORK_ORDER_OPEN,
        "A manager is looking after the customer: no marketing beside.",
        "客户经理正在跟进，暂不另行营销。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.ZONE_UNKNOWN,
        "Nothing tells in which time zone the customer is.",
        "无法判断客户所在时区。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.QUIET_HOURS,
        "It is not a permitted hour where the customer is, or may be.",
        "客户当地（或可能所在地）现在不是允许联系的时段。",
        LiftedBy.ITSELF,
    ),
    Meaning(
        Reason.NO_PERMITTED_HOURS,
        "The policy permits such a contact at no hour within a month.",
        "按策略，一个月内没有可以联系的时段。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.CAP,
        "The customer has been contacted as often as the policy permits.",
        "联系次数已达到策略上限。",
        LiftedBy.ITSELF,
    ),
    Meaning(
        Reason.MIN_GAP,
        "It is too soon after the last contact on this channel.",
        "距离上一次同渠道联系的时间太短。",
        LiftedBy.ITSELF,
    ),
    Meaning(
        Reason.SPEND_LIMIT,
        "The campaign has spent what it may, today or in all.",
        "活动费用已达到当日或总额上限。",
        LiftedBy.SUPERVISOR,
    ),
    Meaning(
        Reason.MISSING_VALUE,
        "The text needs a value that is not known of this customer.",
        "文案所需的客户数据缺失。",
        LiftedBy.SUPERVISOR,
    ),
)

MEANINGS: dict[Reason, Meaning] = {meaning.reason: meaning for meaning in REASONS}


def as_markdown() -> str:
    """The table as it stands in docs/compliance.md."""
    rows = (f"| `{one.reason}` | {one.en} | {one.zh} | {one.lifted_by} |" for one in REASONS)
    return "\n".join(("| reason | meaning | 意思 | lifted by |", "|---|---|---|---|", *rows))

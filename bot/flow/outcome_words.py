"""Exits as people read them on a chart: `after 24h` becomes "after 24 hours", `reply 1` becomes 回复1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.flow.formats import Manner, write
from bot.flow.model import AFTER, NEXT, Exit, Offer, Texts
from bot.flow.text import in_language

_WORDS: dict[str, Texts] = {
    "reply": {"en": "reply", "zh": "回复"},
    "key": {"en": "key", "zh": "按"},
    "other": {"en": "anything else", "zh": "其他内容"},
    "unclear": {"en": "unclear", "zh": "不明回复"},
    "delivered": {"en": "delivered", "zh": "已送达"},
    "undelivered": {"en": "undelivered", "zh": "未送达"},
    "denied": {"en": "not allowed", "zh": "不可联系"},
    "confirmed": {"en": "confirmed", "zh": "已确认"},
    "declined": {"en": "declined", "zh": "不需要"},
    "no_key": {"en": "no key", "zh": "未按键"},
    "unreached": {"en": "unreached", "zh": "未接通"},
    "granted": {"en": "granted", "zh": "已发放"},
    "refused": {"en": "refused", "zh": "被拒"},
    "expired": {"en": "expired", "zh": "已过期"},
    "closed": {"en": "closed", "zh": "已结单"},
    "answered": {"en": "answered", "zh": "已应答"},
    "gathered": {"en": "number entered", "zh": "已输入"},
    "past": {"en": "already past", "zh": "已过期"},
    "unknown": {"en": "no such date", "zh": "日期未知"},
    "opted_out": {"en": "opted out", "zh": "退订"},
    "saved": {"en": "saved", "zh": "已挽留"},
    "recharged": {"en": "recharged", "zh": "已充值"},
    "call_back": {"en": "call back", "zh": "约回电"},
    "not_reached": {"en": "not reached", "zh": "未联系上"},
    "do_not_contact": {"en": "do not contact", "zh": "勿再联系"},
    "call_ended": {"en": "call ended", "zh": "通话结束"},
    "data_exhausted": {"en": "data used up", "zh": "流量用尽"},
    "roaming_started": {"en": "roaming", "zh": "开始漫游"},
    "offnet_warning": {"en": "off-net warning", "zh": "离网预警"},
    "disconnect_requested": {"en": "disconnect request", "zh": "申请拆机"},
    "contacted_care": {"en": "called the hotline", "zh": "致电客服"},
    "unanswered": {"en": "unanswered", "zh": "无人接听"},
    "done": {"en": "done", "zh": "到时"},
    "else": {"en": "else", "zh": "否则"},
    "recharge": {"en": "recharge", "zh": "充值"},
    "complaint": {"en": "complaint", "zh": "投诉"},
    "port_out": {"en": "port-out", "zh": "携号转出"},
    "number_changed": {"en": "number changed", "zh": "换号"},
    "package_changed": {"en": "package changed", "zh": "换套餐"},
    "contract_renewed": {"en": "contract renewed", "zh": "续约"},
    "activated": {"en": "activated", "zh": "激活"},
    "reactivated": {"en": "reactivated", "zh": "重新激活"},
    "disconnected": {"en": "disconnected", "zh": "离网"},
    NEXT: {"en": "", "zh": ""},
}

_RESULTS: dict[str, Texts] = {
    "end": {"en": "end", "zh": "结束"},
    "completed": {"en": "end", "zh": "结束"},
    "timed_out": {"en": "no answer in time", "zh": "超时未回应"},
    "transferred": {"en": "spoke with a manager", "zh": "已与客户经理通话"},
    "ported_out": {"en": "ported out", "zh": "已携号转出"},
    "opted_out": {"en": "opted out", "zh": "已退订"},
    "looped": {"en": "stopped: a loop", "zh": "循环中止"},
    "over_budget": {"en": "stopped: too long", "zh": "超限中止"},
    "interrupted": {"en": "gave way to another campaign", "zh": "让位于其他活动"},
}


def result_in_words(result: str, language: str, titles: Mapping[str, Texts] | None = None) -> str:
    """How a run ended, for charts and reports; `titles` are the flow's own names of its ends."""
    words = (titles or {}).get(result) or _RESULTS.get(result) or _WORDS.get(result)
    return in_language(words, language) if words else result.replace("_", " ")


def outcome_in_words(
    label: str, exit_: Exit | None, offer: Offer, language: str, titles: Mapping[str, Texts] | None = None
) -> str:
    """A condition stays as it was written; `titles` are the names of a part's ends."""
    if titles and label in titles:
        return in_language(titles[label], language)
    zh = language.startswith("zh")
    if exit_ is not None and exit_.name == AFTER and exit_.after is not None:
        return _after(offer.duration(exit_.after), zh=zh)
    first, _, rest = label.partition(" ")
    if label in _WORDS:
        return _WORDS[label]["zh" if zh else "en"]
    if first in _WORDS and rest and " " not in rest:
        spoken_rest = outcome_in_words(rest, None, offer, language)
        gap = "" if zh else " "
        return f"{_WORDS[first]['zh' if zh else 'en']}{gap}{spoken_rest}"
    return label


def _after(span: timedelta, *, zh: bool) -> str:
    if span >= timedelta(days=1) or not span % timedelta(hours=1):
        written = write(span, "days", Manner("zh" if zh else "en"))
    else:
        minutes = round(span / timedelta(minutes=1))
        written = f"{minutes}分钟" if zh else f"{minutes} minutes"
    return f"{written}后" if zh else f"after {written}"

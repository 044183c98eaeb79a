"""Exits as people read them on a chart: `after 24h` becomes "after 24 hours", `reply 1` becomes 回复1."""

from __future__ import annotations

from datetime import timedelta

from bot.flow.formats import Manner, write
from bot.flow.model import AFTER, NEXT, Exit, Offer, Texts

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
    "answered": {"en": "answered", "zh": "已接听"},
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
}


def result_in_words(result: str, language: str) -> str:
    """How a run ended, for charts and reports."""
    words = _RESULTS.get(result) or _WORDS.get(result)
    return words["zh" if language.startswith("zh") else "en"] if words else result.replace("_", " ")


def outcome_in_words(label: str, exit_: Exit | None, offer: Offer, language: str) -> str:
    """A condition stays as it was written."""
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

"""Notices in words, for the command line and the console: what stopped a campaign, and by which figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.brakes import Cause

SPEND_DAY = "spend.day"
CANNOT_ENROL = "enrolment.stopped"
PREDECESSOR_ABORTED = "predecessor.aborted"

_WORDS: Mapping[str, tuple[str, str]] = {
    f"brake.{Cause.CARRIER_ERRORS}": (
        "Stopped: the carrier failed {bad} of {all} contacts in {minutes} minutes ({share}, more than {above})",
        "已暂停：{minutes}分钟内{all}次联系有{bad}次被运营商判为失败（{share}，超过{above}）",
    ),
    f"brake.{Cause.OPT_OUTS}": (
        "Stopped: {bad} of {all} customers opted out in {minutes} minutes ({share}, more than {above})",
        "已暂停：{minutes}分钟内{all}位客户有{bad}位退订（{share}，超过{above}）",
    ),
    f"brake.{Cause.COMPLAINTS}": (
        "Stopped: {bad} of {all} customers complained in {minutes} minutes ({share}, more than {above})",
        "已暂停：{minutes}分钟内{all}位客户有{bad}位投诉（{share}，超过{above}）",
    ),
    f"brake.{Cause.SPAM_FILTER}": (
        "Stopped: {bad} of {all} messages were filtered as spam in {minutes} minutes ({share}, more than {above})",
        "已暂停：{minutes}分钟内{all}条短信有{bad}条被当作垃圾短信拦截（{share}，超过{above}）",
    ),
    f"brake.{Cause.ABANDONMENT}": (
        "Stopped: {bad} of {all} people who picked up{whose} found nobody in {time} ({share}, more than {above})",
        "已暂停：{time}内{whose}{all}位接听客户有{bad}位无人应答（{share}，超过{above}）",
    ),
    f"brake.{Cause.STALE_DATA}": (
        "Stopped: the customers' data is {hours} hours old, {above} are allowed",
        "已暂停：客户数据已有{hours}小时未更新，上限为{above}小时",
    ),
    f"brake.{Cause.HARM}": (
        "Stopped: the treated recharge less than the control arm ({treated} against {control} of {customers} "
        "customers), beyond chance",
        "已暂停：实验组充值率低于对照组（{treated}对{control}，共{customers}位客户），并非偶然",
    ),
    f"brake.{Cause.UNREADABLE}": (
        "Stopped: its policy cannot be read ({fault}); give it another, then resume it",
        "已暂停：活动策略无法读取（{fault}），请更换策略后再恢复",
    ),
    f"brake.{Cause.SPEND}": (
        "Stopped: all of its limit is spent ({limits})",
        "已暂停：费用已达总上限（{limits}）",
    ),
    CANNOT_ENROL: (
        "Stopped: nobody can be enrolled ({fault}); put that right, then resume it",
        "已暂停：无法入组（{fault}），请更正后再恢复",
    ),
    PREDECESSOR_ABORTED: (
        "It does not start by itself: the campaign that it waits for, {after}, was aborted; start or abort it by hand",
        "不会自动启动：所等待的活动“{after}”已中止，请手动启动或中止",
    ),
    SPEND_DAY: (
        "The limit of {day} is spent ({limits}); contacts and bonuses wait for the next day",
        "{day}的费用已达当日上限（{limits}），联系与奖励顺延至次日",
    ),
}
_UNITS = {
    "money": ("", ""),
    "bonuses": (" of bonuses", "奖励"),
    "segments": (" segments", "条"),
    "minutes": (" minutes", "分钟"),
}


def in_words(kind: str, details: Mapping[str, Any], language: str) -> str:
    """A kind that a later version has left is shown as it is."""
    words = _WORDS.get(kind)
    if words is None:
        return kind
    chinese = language.startswith("zh")
    limits = [f"{details[name]}{units[chinese]}" for name, units in _UNITS.items() if name in details]
    derived = {
        "limits": ("、" if chinese else ", ").join(limits),
        "time": _time(int(details.get("minutes", 0)), chinese),
        "whose": _whose(details.get("place"), chinese),
    }
    shown = {name: _shown(value, chinese) for name, value in details.items()}
    return words[chinese].format_map({**shown, **derived})


def _shown(value: Any, chinese: bool) -> Any:
    """What is known in both languages is kept in both."""
    return value["zh" if chinese else "en"] if isinstance(value, Mapping) else value


def _time(minutes: int, chinese: bool) -> str:
    days, rest = divmod(minutes, 24 * 60)
    if not days or rest:
        return f"{minutes}分钟" if chinese else f"{minutes} minutes"
    return f"{days}天" if chinese else f"{days} days" if days > 1 else "24 hours"


def _whose(place: object, chinese: bool) -> str:
    """By whose rules they were counted, where these are not the campaign's own."""
    if place is None:
        return ""
    return f"适用{place}规则的" if chinese else f" in places with the rules of {place!s}"

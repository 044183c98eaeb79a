"""What can happen next in a conversation, in the words that `play` understands."""

from __future__ import annotations

from bot.flow.actions import Call
from bot.flow.model import AFTER, BUSINESS_EVENTS, OPT_OUT, RECHARGE, REPEAT, FlowStep
from bot.flow.play import Conversation
from bot.flow.steps.call import CallStep

_BY_KIND = {
    "grant": ("grant ok", "grant refused"),
    "work_order": ("close saved", "close refused"),
}


def choices(conversation: Conversation) -> list[str]:
    """The likely ones, of the step that the run stands on; anything else is possible too."""
    step = conversation.flow.steps.get(conversation.state.step or "")
    if conversation.state.finished or step is None:
        return ["undo", "save FILE", "quit"]
    if conversation.talking:
        return _on_the_line(conversation, step)
    if conversation.call is not None:
        return ["answer", "busy", "no answer", "voicemail"]
    found = list(_BY_KIND.get(step.kind, ()))
    if step.kind == "work_order":
        found = [
            f"close {name.removeprefix('closed ')}" for name in step.exits if name.startswith("closed ")
        ] or found
    if step.asks:
        found += [f"reply {key}" for key in sorted(step.reply_keys)] or ["reply ..."]
    found += [
        "recharge 50" if name == RECHARGE else f"event {name}"
        for name in step.exits
        if name in BUSINESS_EVENTS
    ]
    return [*found, *_waits(conversation, step)]


def _on_the_line(conversation: Conversation, step: FlowStep) -> list[str]:
    if step.kind == "transfer":
        return ["transfer answered", "transfer unanswered", "hang up"]
    words = {REPEAT: "repeats", OPT_OUT: "opts out"}
    keys: list[str] = []
    if isinstance(step, CallStep):
        named = [*([step.confirm.key] if step.confirm is not None else []), *step.keys]
        meaning = {key: words.get(one.target, "") for key, one in step.keys.items()}
        keys = [f"press {key}" + (f" ({meaning[key]})" if meaning.get(key) else "") for key in named]
        keys += [f"press {'1' * step.gather.digits}"] if step.gather is not None else []
    speaks = ["say ..."] if conversation.prompt is not None and conversation.prompt.speech else []
    return [*keys, *speaks, "silence", "hang up"]


def _waits(conversation: Conversation, step: FlowStep) -> list[str]:
    after = step.exits.get(AFTER)
    if after is not None and after.after is not None:
        span = conversation.flow.offer.duration(after.after)
        hours, rest = divmod(int(span.total_seconds()), 3600)
        return [f"wait {hours // 24}d" if not rest and not hours % 24 else f"wait {max(1, hours)}h"]
    if conversation.due:
        contact = conversation.due[0]
        return ["wait 12h" if isinstance(contact, Call) else "until 10:00"]
    return ["wait 1d"] if conversation.deadline is not None else []

"""Lint of single steps: waits, expiries, exits and keys."""

from __future__ import annotations

from bot.flow.gaps import Gaps
from bot.flow.model import AFTER, NEXT, OPT_OUT, Flow, FlowStep, Purpose
from bot.flow.steps.asking import AskingStep
from bot.flow.steps.call import CallStep
from bot.flow.steps.contact import ContactStep
from bot.flow.steps.sms import SmsStep
from bot.flow.steps.split import SplitStep
from bot.flow.steps.wait_for import WaitForStep
from bot.rules.problems import Problems, did_you_mean


def check(flow: Flow, gaps: Gaps, problems: Problems) -> None:
    for step in flow.own_steps.values():
        _step(flow, step, gaps, problems)
        if isinstance(step, ContactStep) and step.expires is None:
            problems.warn(step.place, "KL204", f"step {step.name} has no expires:", "expires: 6h")


def _step(flow: Flow, step: FlowStep, gaps: Gaps, problems: Problems) -> None:
    match step:
        case SmsStep():
            _sms(step, problems)
        case CallStep():
            _call(flow, step, gaps, problems)
        case WaitForStep():
            if AFTER not in step.exits:
                _endless(step, problems)
            _unclear(step, problems)
        case SplitStep():
            _split(flow, step, problems)


def _sms(step: SmsStep, problems: Problems) -> None:
    if not ({AFTER, NEXT, "delivered"} & step.exits.keys()):
        _endless(step, problems)
    _unclear(step, problems)
    if "unclear" in step.exits and not step.asks:
        message = f"step {step.name} asks for no reply, so none is ever unclear"
        problems.add(step.exits["unclear"].place, "KL214", message)
    for key in sorted(step.accept - step.reply_keys):
        problems.add(
            step.place, "KL208", f"accept names {key}, but {step.name} has no reply {key}:", "reply 1: ..."
        )


def _call(flow: Flow, step: CallStep, gaps: Gaps, problems: Problems) -> None:
    if not step.has("unreached"):
        message = f"step {step.name} does not say what happens when nobody is reached"
        problems.add(step.place, "KL218", message, "unreached: end")
    for name in ("confirmed", "declined"):
        if name in step.exits and step.confirm is None:
            message = f"step {step.name} confirms nothing, so nothing is ever {name}"
            problems.add(step.exits[name].place, "KL214", message, "confirm: {key: 1, twice: true}")
    if step.confirm is not None and not step.has("confirmed"):
        problems.add(step.place, "KL208", f"step {step.name} has no confirmed: under then:")
    for key in sorted(step.accept - step.keys.keys()):
        hint = did_you_mean(key, step.keys)
        problems.add(step.place, "KL208", f"accept names {key}, but {step.name} has no key {key}", hint)
    refusable = any(key.target == OPT_OUT for key in step.keys.values())
    marketing = flow.purpose_of(step.name) is Purpose.MARKETING and gaps.readable("purpose")
    if marketing and not refusable:
        message = f"the marketing call {step.name} has no key to refuse"
        problems.add(step.place, "KL213", message, "0: opt_out")


def _endless(step: FlowStep, problems: Problems) -> None:
    message = f"step {step.name} may wait until the flow expires"
    problems.add(step.place, "KL202", message, "name a deadline: after 24h: ...")


def _unclear(step: AskingStep, problems: Problems) -> None:
    if step.reply_keys and not ({"unclear", "reply other"} & step.exits.keys()):
        message = f"step {step.name} does not say who looks at a reply that nobody understands"
        problems.warn(step.place, "KL221", message, "unclear: manager")


def _split(flow: Flow, step: SplitStep, problems: Problems) -> None:
    for other in flow.own_steps.values():
        if (
            isinstance(other, SplitStep)
            and other.place < step.place
            and other.experiment == step.experiment
            and other.ways != step.ways
        ):
            message = f"the experiment {step.experiment} has other ways in step {other.name}"
            problems.add(step.place, "KL222", message, "the same ways and weights, or another experiment:")

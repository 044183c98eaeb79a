"""Lint of what a run notes about itself: every `run.<name>` that is read must be written somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot.flow.gaps import Gaps
from bot.flow.model import Flow, FlowStep
from bot.flow.state import Plain
from bot.flow.steps.call import CallStep
from bot.flow.steps.emit import EmitStep
from bot.flow.steps.part import PartStep
from bot.flow.steps.set import SetStep
from bot.flow.steps.survey import CallSurvey, FreeText, Scale, SmsSurvey
from bot.flow.steps.values import Added, Copied, Given, Setting, Settings
from bot.flow.steps.wait import Around, WaitStep
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.problems import Place, Problems, did_you_mean

RUN = "run."
OFFER = "offer."
UNWRITTEN = "KL114"
UNKNOWN_FACTOR = "KL102"
WRONG_TYPE = "KL103"

_PARAMETERS = {"text": FactorType.TEXT, "number": FactorType.NUMBER, "flag": FactorType.FLAG}
_DATES = (FactorType.DATE, FactorType.DATETIME)


def types_of(flow: Flow, catalogue: FactorCatalogue | None) -> dict[str, FactorType]:
    """Everything that the run may note, by the name that conditions and texts use."""
    found = {f"{RUN}{name}": _PARAMETERS[kind] for name, kind in flow.parameters.items()}
    for step in flow.steps.values():
        for name, kind in _noted(step, flow, catalogue):
            found.setdefault(f"{RUN}{name}", kind)
    return found


def offer_types(flow: Flow) -> dict[str, FactorType]:
    return {
        f"{OFFER}{name}": FactorType.NUMBER if isinstance(value, Decimal) else FactorType.TEXT
        for name, value in flow.offer.terms.items()
    }


def check(flow: Flow, catalogue: FactorCatalogue | None, gaps: Gaps, problems: Problems) -> None:
    known = {**offer_types(flow), **types_of(flow, catalogue)}
    for step in flow.own_steps.values():
        for setting in _settings(step).values():
            if isinstance(setting, Copied) and not may_be_unread(setting.source, flow, gaps):
                _check_source(setting.source, setting.place, known, catalogue, problems)
        if isinstance(step, WaitStep) and isinstance(step.wait, Around):
            _check_date(step.wait, known, catalogue, problems)


def may_be_unread(name: str, flow: Flow, gaps: Gaps) -> bool:
    """Whether it may be noted or offered where the file could not be read."""
    if name.startswith(RUN):
        return not gaps.notes_known
    return (
        name.startswith(OFFER)
        and (not gaps.readable("offer"))
        and flow.offer.may_have(name.removeprefix(OFFER))
    )


def _noted(step: FlowStep, flow: Flow, catalogue: FactorCatalogue | None) -> Iterator[tuple[str, FactorType]]:
    match step:
        case SmsSurvey() | CallSurvey():
            kinds = {Scale: FactorType.NUMBER, FreeText: FactorType.TEXT}
            yield step.noted_as, kinds.get(type(step.answer), FactorType.FLAG)
        case CallStep() if step.gather is not None:
            yield step.gather.name, FactorType.TEXT
        case SetStep() | PartStep():
            for name, setting in _settings(step).items():
                yield name, _type(setting, flow, catalogue)


def _settings(step: FlowStep) -> Settings:
    match step:
        case SetStep():
            return step.settings
        case PartStep():
            return step.parameters
        case EmitStep():
            return step.details
        case _:
            return {}


def _type(setting: Setting, flow: Flow, catalogue: FactorCatalogue | None) -> FactorType:
    match setting:
        case Given(value):
            return _plain_type(value)
        case Added():
            return FactorType.NUMBER
        case Copied(source):
            factor = catalogue.get(source) if catalogue is not None else None
            return factor.type if factor is not None else offer_types(flow).get(source, FactorType.TEXT)


def _plain_type(value: Plain) -> FactorType:
    if isinstance(value, bool):
        return FactorType.FLAG
    return FactorType.TEXT if isinstance(value, str) else FactorType.NUMBER


def _check_source(
    source: str,
    place: Place,
    known: Mapping[str, FactorType],
    catalogue: FactorCatalogue | None,
    problems: Problems,
) -> None:
    if source in known:
        return
    if source.startswith(RUN):
        problems.add(place, UNWRITTEN, f"nothing in this flow notes {source}", did_you_mean(source, known))
    elif catalogue is not None and source not in catalogue:
        problems.add(place, UNKNOWN_FACTOR, f"there is no factor {source!r}", catalogue.suggest(source))


def _check_date(
    wait: Around, known: Mapping[str, FactorType], catalogue: FactorCatalogue | None, problems: Problems
) -> None:
    _check_source(wait.factor, wait.place, known, catalogue, problems)
    factor = catalogue.get(wait.factor) if catalogue is not None else None
    if factor is not None and factor.type not in _DATES:
        problems.add(wait.place, WRONG_TYPE, f"{wait.factor} is {factor.type}, where a date is needed")

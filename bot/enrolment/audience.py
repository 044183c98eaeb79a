"""A campaign's audience as a selection of customers: a risk list, or a condition over their factors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.sentences import Said, Sentence, in_both, say
from bot.enrolment.errors import CampaignError
from bot.rules.catalogue import FactorCatalogue
from bot.rules.parse import Condition, ConditionError, parse
from bot.rules.sql import compile_sql, customer_column
from bot.store import audience_reading, enrolling
from bot.store.audience_reading import UnreadableValueError
from bot.store.campaigns import Campaign
from bot.store.transaction import Tx


class AudienceWrong(Sentence):
    OF_CAMPAIGN = ("campaign {name!r}: {why}", "活动“{name}”：{why}")
    VALUE = (
        "a customer's value of {factors} is too large to calculate with, or is not of its type; mend it in the file "
        "of customers and import that again",
        "有客户的 {factors} 数值过大无法计算，或类型不符；请在客户文件中更正后重新导入",
    )
    LISTED = (
        "a value of somebody on its risk list cannot be read; mend it in the file of customers and import that again",
        "风险名单中有客户的数值无法读取；请在客户文件中更正后重新导入",
    )


class UnreadableAudienceError(CampaignError):
    """A value of somebody is in the way; `told` says so in both languages."""

    def __init__(self, told: Said) -> None:
        super().__init__(str(told))
        self.told = told


def select_audience(campaign: Campaign, catalogue: FactorCatalogue | None) -> enrolling.Audience:
    """Raises CampaignError where the condition no longer fits the catalogue, or there is none to read it by.

    Whoever asks the database for its people does so while `reading` it.
    """
    if campaign.risk_list_id is not None:
        return enrolling.on_risk_list(campaign.risk_list_id)
    condition = _condition(campaign, catalogue)
    return enrolling.where(compile_sql(condition, "postgres", customer_column("c")))


@contextmanager
def reading(tx: Tx, campaign: Campaign, catalogue: FactorCatalogue | None) -> Iterator[None]:
    """Raises UnreadableAudienceError where a value of one customer does not let anybody be found.

    `tx` can go on after that: nothing that was done while reading is kept.
    """
    try:
        with audience_reading.reading(tx):
            yield
    except UnreadableValueError:
        raise UnreadableAudienceError(_trouble(campaign, catalogue)) from None


def fault(error: CampaignError) -> str | dict[str, str]:
    """As it is kept for whoever will read it, in both languages where it knows them."""
    return in_both(error.told) if isinstance(error, UnreadableAudienceError) else str(error)


def value_in_the_way(condition: Condition) -> Said:
    """Of somebody; the database does not say of whom, nor which of them it is."""
    return say(AudienceWrong.VALUE, factors=tuple(sorted(condition.names)))


def _trouble(campaign: Campaign, catalogue: FactorCatalogue | None) -> Said:
    listed = campaign.risk_list_id is not None
    why = say(AudienceWrong.LISTED) if listed else value_in_the_way(_condition(campaign, catalogue))
    return say(AudienceWrong.OF_CAMPAIGN, name=campaign.name, why=why)


def _condition(campaign: Campaign, catalogue: FactorCatalogue | None) -> Condition:
    if campaign.condition is None or catalogue is None:
        raise CampaignError(f"campaign {campaign.name!r}: a condition needs the factor catalogue")
    try:
        return parse(campaign.condition, catalogue)
    except ConditionError as error:
        raise CampaignError(f"campaign {campaign.name!r}: {error}") from None

"""The commands `campaign estimate`, `campaign spent` and `notices`: what they say, and their exit codes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.store import notices, spending
from bot.store.models import CustomerRow, RiskListEntryRow
from tests.db.commands import Keepline
from tests.db.factories import make_customer, make_risk_list
from tests.db.parts import NOW, UNCAPPED, Parts


def planned(parts: Parts, **over: Any) -> int:
    """A campaign for three people: two write Chinese in Shanghai, one English in New York; one more has left."""
    people: list[dict[str, Any]] = [
        {"name": "王小明"},
        {"name": "Ed"},
        {"name": "Ann", "language": "en", "msisdn": "+12125550111", "time_zone": "America/New_York"},
        {"name": "Zoe", "language": "en", "status": "left"},
    ]
    with parts.transaction() as tx:
        listed = make_risk_list(tx)
        for facts in people:
            tx.add(RiskListEntryRow(risk_list_id=listed, customer_id=make_customer(tx, **facts), cause="low"))
    return parts.campaign(name="autumn", risk_list_id=listed, **over)


def test_the_estimate_counts_the_audience_by_language_and_destination(
    parts: Parts, keepline: Keepline
) -> None:
    planned(parts, policy=UNCAPPED | {"spend": {"money": 1}})
    answer = keepline("campaign", "estimate", "autumn", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert (told["customers"], told["currency"], told["bonus"], told["over"]) == (3, "CNY", "30", ["money"])
    groups = {(row["language"], row["destination"]): row["customers"] for row in told["rows"]}
    assert groups == {
        ("zh", "+86"): 1,
        ("en", "+1"): 1,
    }  # of the two in Shanghai each name has a row of its own
    assert Decimal(told["worst"]) == sum(Decimal(row["money"]) for row in told["rows"])


def test_the_estimate_is_a_table_for_people(parts: Parts, keepline: Keepline) -> None:
    planned(parts)
    answer = keepline("campaign", "estimate", "autumn")
    assert answer.exit_code == 0, answer.output
    assert "confirm_by_call" in answer.output
    assert "At worst" in answer.output
    assert "for 3 customers" in answer.output


def test_beside_the_worst_case_stands_what_its_own_audience_would_typically_cost(
    parts: Parts, keepline: Keepline
) -> None:
    planned(parts, bonus_budget=Decimal(1), control_share=Decimal("0.5"))
    told = json.loads(keepline("campaign", "estimate", "autumn", "--json").output)
    typical = told["typical"]
    assert (typical["simulated"], typical["treated"], typical["currency"]) == (3, 2, "CNY")
    assert 0 < Decimal(typical["money"]) < Decimal(told["worst"])
    assert Decimal(typical["bonuses"]) <= 1
    answer = keepline("campaign", "estimate", "autumn")
    assert re.search(r"Simulated, and no bound: ¥[0-9.]+ for 2 treated customers", answer.output)
    without = keepline("campaign", "estimate", "autumn", "--simulate", "0", "--json")
    assert json.loads(without.output)["typical"] is None


def test_the_estimate_shows_nobodys_name_or_number(parts: Parts, keepline: Keepline) -> None:
    planned(parts)
    with parts.transaction() as tx:
        numbers = [row.msisdn for row in tx.query(CustomerRow)]
    said = (
        keepline("campaign", "estimate", "autumn").output
        + keepline("campaign", "estimate", "autumn", "--json").output
    )
    assert not any(word in said for word in ("王小明", "Ann", *numbers))


def test_a_bad_price_file_and_an_unknown_campaign_are_named(
    parts: Parts, keepline: Keepline, tmp_path: Path
) -> None:
    planned(parts)
    file = tmp_path / "prices.yaml"
    file.write_text("currency: CNY\nsms: {'+': free}\ncall: {'+': 1}\n", encoding="utf-8")
    answer = keepline("campaign", "estimate", "autumn", "--prices", str(file))
    assert answer.exit_code == 1
    assert "prices.yaml:2:12: error KL411: a price is a number, 0 or more" in answer.output
    unknown = keepline("campaign", "estimate", "autum")
    assert unknown.exit_code == 1
    assert "did you mean autumn?" in unknown.output


def test_what_was_spent_is_told_day_by_day(parts: Parts, keepline: Keepline) -> None:
    campaign = parts.campaign(name="autumn", policy=UNCAPPED | {"spend": {"money": 100}})
    for day in range(2):
        now = NOW + timedelta(days=day)
        parts.enrol(campaign, parts.customer(), now)
        parts.sms_outreach.send_due(now)
    parts.all_sent()
    with parts.transaction() as tx:
        spending.settle(tx, limit=10)
    answer = keepline("campaign", "spent", "autumn")
    assert answer.exit_code == 0
    assert "2026-11-22" in answer.output
    assert "2026-11-23" in answer.output
    assert "With what is reserved: 2 segments, 0 minutes" in answer.output


def test_notices_are_told_in_words_the_newest_first(parts: Parts, keepline: Keepline) -> None:
    campaign = parts.campaign(name="autumn")
    with parts.transaction() as tx:
        for number in (1, 2):
            details = {"segments": number, "day": f"2026-11-2{number}"}
            assert notices.leave(tx, f"n{number}", "spend.day", campaign, details, NOW)
        assert not notices.leave(tx, "n1", "spend.day", campaign, {}, NOW)
    lines = keepline("notices").output.splitlines()
    waits = "contacts and bonuses wait for the next day"
    assert lines == [
        f"2026-11-22 02:00  autumn: The limit of 2026-11-22 is spent (2 segments); {waits}",
        f"2026-11-22 02:00  autumn: The limit of 2026-11-21 is spent (1 segments); {waits}",
    ]
    assert "已达当日上限（2条）" in keepline("notices", "--campaign", "autumn", "--language", "zh").output

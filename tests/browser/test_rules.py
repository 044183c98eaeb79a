"""Rules of contact changed and a campaign written down: what is said of both fits at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.store.models import CampaignRow
from bot.store.transaction import Transaction
from tests.browser.conftest import Visit
from tests.console_app import make_person, make_readable_campaign

both_widths = pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])

LOOSER = """\
extends: default
hours: {marketing: ["09:00-12:00", "14:00-21:00"], service: ["08:00-20:00"]}
caps: [{limit: 3, period: 7d, channel: sms, purpose: marketing}]
brakes: {opt_outs: off, complaints: {above: 1%}}
marks: {black: {marketing: by_hand}}
"""


@pytest.fixture
def campaign(transaction: Transaction) -> int:
    with transaction() as tx:
        make_person(tx, login="olga", name="Olga", role="operator")
        return make_readable_campaign(tx, name="December", policy={})


@both_widths
@pytest.mark.parametrize(
    ("language", "looser", "force"),
    [("en", "Looser", "Put these rules into force"), ("zh", "更宽", "启用这些规则")],
)
def test_what_becomes_looser_is_read_and_agreed_to(
    visit: Visit, campaign: int, transaction: Transaction, language: str, looser: str, force: str
) -> None:
    visit.sign_in("olga")
    page = visit.page
    if language != "en":
        page.click(f"button[lang={language}]")
    visit.go(f"/campaigns/{campaign}/policy")
    page.fill("#policy", LOOSER)
    page.locator("button[type=submit].btn-go").click()
    expect(page.locator("tr[data-direction=looser]").first).to_contain_text(looser)
    expect(page.locator("tr[data-direction=tighter]")).to_have_count(2)
    assert visit.overflow() <= 0
    with transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).policy == {}
    page.get_by_role("button", name=force).click()
    expect(page.get_by_role("status")).to_be_visible()
    with transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).policy["marks"]["black"] == {"marketing": "by_hand"}


@both_widths
@pytest.mark.parametrize(("language", "said"), [("en", "unknown factor"), ("zh", "未知的因子")])
def test_everything_that_does_not_fit_a_new_campaign_is_told_at_once(
    visit: Visit, campaign: int, language: str, said: str
) -> None:
    visit.sign_in("olga")
    page = visit.page
    if language != "en":
        page.click(f"button[lang={language}]")
    visit.go("/campaigns/new/low_balance_recharge")
    page.fill("#name", "December")
    page.check("input[name=audience][value=condition]")
    page.fill("#condition", "balnce < 10 and teir = 'high'")
    page.fill("#control_share", "100")
    page.fill("#offer-bonus", "ten")
    visit.complaints.clear()
    page.locator("button[type=submit].btn-go").click()
    expect(page.locator("p.wrong")).to_have_count(4)
    expect(page.locator("#people")).to_contain_text(said)
    assert visit.overflow() <= 0
    visit.complaints.clear()  # the browser notes the answer 422

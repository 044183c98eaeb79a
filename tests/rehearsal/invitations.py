"""Invitations as a product sends them, and the number to which they go."""

import requests

from tests.rehearsal.stand_ins import ACCOUNT_SID, AUTH_TOKEN, SENDER, WAIT, Rehearsal

TO = "+8613800000001"
INVITATION = "您好，7天内充值满50元送10元，回1参加，回2请客户经理联系，拒收回T"
CHINESE_TEXT = "【移动】王女士您好，余额8.50元。7天内充值满50元送10元，回1参加，回2请客户经理联系，拒收回T"
ENGLISH_TEXT = (
    "Keepline: Ann, your balance is 8.50. Top up 50 within 7 days and get 10. "
    "Reply 1 to join, 2 for your manager, STOP to opt out"
)


def send(rehearsal: Rehearsal, **form: str) -> requests.Response:
    url = f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    wanted = {"To": TO, "From": SENDER, "Body": INVITATION} | form
    return requests.post(url, wanted, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=WAIT)

import pytest

from rehearsal.meanings import Intent
from rehearsal.offers import read_offer
from tests.rehearsal.invitations import CHINESE_TEXT, ENGLISH_TEXT


@pytest.mark.parametrize("text", [CHINESE_TEXT, ENGLISH_TEXT])
def test_an_invitation_is_understood_in_both_languages(text: str) -> None:
    offer = read_offer(text)
    assert offer.invitations == ("1",)
    assert offer.keys[Intent.JOIN] == "1"
    assert offer.keys[Intent.MANAGER] == "2"
    assert offer.keys[Intent.OPT_OUT] in ("T", "STOP")
    assert offer.minimum == 50


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("参加请按1，转人工请按2，重听请按9，不再接听请按0。",
         {"join": "1", "manager": "2", "repeat": "9", "opt_out": "0"}),
        ("Press 1 to join, press 2 to speak to a manager, press 9 to hear this again, press 0 to opt out.",
         {"join": "1", "manager": "2", "repeat": "9", "opt_out": "0"}),
        ("To confirm, press 1.", {"join": "1"}),
        ("确认请按1", {"join": "1"}),
        ("按5确认参加", {"join": "5"}),
        ("To join, press 3. For an agent, press 4.", {"join": "3", "manager": "4"}),
        ("Press 1 to join or press 3 if you decline", {"join": "1", "decline": "3"}),
        ("您的充值已到账，可获赠10元话费。领取请按1，不需要请按2，重听请按9，不想再接到此类来电请按0。",
         {"join": "1", "decline": "2", "repeat": "9", "opt_out": "0"}),
        ("10 are waiting for you. To take them, press 1. If you do not want them, press 2.",
         {"join": "1", "decline": "2"}),
        ("您将获赠10元话费，请再按一次1确认。", {"join": "1"}),
        ("Please press 1 once more to confirm.", {"join": "1"}),
        ("您的10元已到账，感谢您的支持", {}),
        ("充值50元，赠送10元已返回10元", {}),
        ("Thank you: 10.00 was added to your balance.", {}),
    ],
)  # fmt: skip
def test_keys_are_told_apart_by_what_is_said_about_them(text: str, keys: dict[str, str]) -> None:
    assert read_offer(text).keys == {Intent(name): key for name, key in keys.items()}


@pytest.mark.parametrize(
    ("text", "minimum"),
    [
        ("充值满100元送20元", 100),
        ("充满¥30送5元", 30),
        ("充值50元", 50),
        ("Recharge at least 30.50 and get 5", 30.5),
        ("top up ¥50.00 within 7 days", 50),
        ("Thank you for your top-up.", None),
        ("Your top-up has arrived, and 10 are waiting for you", None),
        ("您好", None),
    ],
)
def test_the_least_recharge_is_read(text: str, minimum: float | None) -> None:
    assert read_offer(text).minimum == minimum

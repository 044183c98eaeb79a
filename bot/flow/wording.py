"""The sentences that every conversation needs, ready in Chinese and English; a flow may put them in its own words."""

from __future__ import annotations

from bot.flow.model import Texts

BUILT_IN: dict[str, Texts] = {
    "ask_again": {
        "zh": "【{brand}】抱歉，没有看懂您的回复，请只回复{keys}。拒收请回T",
        "en": "{brand}: Sorry, we did not understand. Please reply {keys} only, or STOP to opt out",
    },
    "wrong_key": {
        "zh": "您的按键有误，请重新选择。",
        "en": "Sorry, that is not one of the options.",
    },
    "no_key": {
        "zh": "没有收到您的按键。",
        "en": "Sorry, we did not hear a key press.",
    },
    "goodbye": {
        "zh": "感谢您的接听，再见。",
        "en": "Thank you for your time. Goodbye.",
    },
    "accepted": {
        "zh": "好的，已为您登记。感谢您的支持，再见。",
        "en": "Thank you, you have joined. Goodbye.",
    },
    "declined": {
        "zh": "好的，本次不为您办理。感谢您的接听，再见。",
        "en": "All right, nothing has been changed. Thank you for your time. Goodbye.",
    },
    "opted_out": {
        "zh": "好的，我们不会再给您来电或发送营销短信。打扰了，再见。",
        "en": "You will receive no more marketing calls or messages from us. Goodbye.",
    },
    "callback": {
        "zh": "好的，客户经理会尽快与您联系。再见。",
        "en": "Thank you. One of our managers will call you back soon. Goodbye.",
    },
    "thanks": {
        "zh": "感谢您的反馈，再见。",
        "en": "Thank you for your answer. Goodbye.",
    },
    "connecting": {
        "zh": "正在为您转接客户经理，请稍候。",
        "en": "We are connecting you to a manager. Please hold.",
    },
}

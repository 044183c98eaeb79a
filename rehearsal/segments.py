"""How many SMS segments a text is charged as: GSM-7 where every character allows it, else UCS-2."""

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")  # each is sent as an escape and a character
_GSM_ALL = _GSM_BASIC | _GSM_EXTENDED


def count_segments(text: str) -> int:
    if _GSM_ALL.issuperset(text):
        units = len(text) + sum(map(text.count, _GSM_EXTENDED))
        single, part = 160, 153
    else:
        units = len(text.encode("utf-16-le")) // 2  # an emoji is two units
        single, part = 70, 67
    if units <= single:
        return 1
    return -(-units // part)

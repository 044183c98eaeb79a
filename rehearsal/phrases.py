"""What people write and say, in their own words: by language, and mostly with a key in it."""

Phrases = dict[str, tuple[str, ...]]

JOIN_WORDS: Phrases = {
    "zh": ("{key}", "{key}", "{key}", "{full}", "{key}。", "{key} 谢谢", "好的", "参加"),
    "en": ("{key}", "{key}", "{key}", "{key}.", " {key} ", "yes", "Yes please", "ok"),
}
MANAGER_WORDS: Phrases = {
    "zh": ("{key}", "{key}", "{full}", "{key}。"),
    "en": ("{key}", "{key}", "{key}.", "{key} please"),
}
OPT_OUT_WORDS: Phrases = {
    "zh": ("T", "t", "TD", "退订", "Ｔ", "STOP", "退订。"),
    "en": ("STOP", "stop", "Stop", "Unsubscribe", "QUIT", "stop."),
}
OPT_OUT_SENTENCES: Phrases = {
    "zh": ("别再发了", "不要再给我发短信了", "别再打扰我", "请不要再发短信给我", "烦死了，别发了"),
    "en": (
        "please stop texting me",
        "Don't text me again",
        "stop messaging me",
        "Take me off your list",
        "leave me alone",
    ),
}
STRAY_WORDS: Phrases = {
    "zh": ("你发错人了", "你是谁？", "7", "什么意思", "？"),
    "en": ("Wrong number", "Who is this?", "7", "What is this about?", "new phone who dis"),
}
ANSWER_WORDS: Phrases = {
    "zh": ("{key}", "{key}", "{key}", "{full}", "{key}。", "选{key}", "{key} 谢谢"),
    "en": ("{key}", "{key}", "{key}", "{key}.", " {key} ", "{key} please"),
}

#: Answers to an open question: of the displeased, of those who do not mind, of the pleased.
OPINIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "zh": (
        ("信号太差，打电话老断", "资费太贵了，别家便宜一半", "投诉好几次都没人解决", "客服态度不好"),
        ("还可以，就是有点贵", "一般吧，没什么特别的", "网速有时候慢"),
        ("挺好的，客服很耐心", "服务不错，继续保持", "很满意，问题当天就解决了"),
    ),
    "en": (
        ("Coverage at home is terrible", "Far too expensive", "Nobody called me back about my complaint"),
        ("It is fine, a bit expensive", "Nothing special either way", "Slow in the evenings"),
        ("All good, your adviser was very patient", "Great service", "Solved the same day, very happy"),
    ),
}

#: Said on the phone.
SAID_JOIN: Phrases = {
    "zh": ("好的", "可以", "参加", "是的", "{spelt}", "按{spelt}"),
    "en": ("Yes.", "Okay.", "Yes please.", "{spelt}"),
}
SAID_KEY: Phrases = {
    "zh": ("{spelt}", "按{spelt}", "选{spelt}", "{key}"),
    "en": ("{spelt}", "{spelt}.", "press {spelt}", "{key}"),
}
SAID_OPT_OUT: Phrases = {
    "zh": ("不要再打了", "别再给我打电话了", "以后不要再给我打电话", "别打了，再打我投诉"),
    "en": ("Stop calling me.", "Don't call me again.", "Take me off your list.", "No more calls please."),
}
SAID_STRAY: Phrases = {
    "zh": ("喂，你是谁啊", "什么事", "听不清", "你们是哪里的"),
    "en": ("Who is this?", "Hello?", "What is this about?", "I can't hear you."),
}
GREETINGS: Phrases = {  # of answering machines
    "zh": ("您好，我现在不方便接听电话，请在嘀声后留言",),
    "en": ("Hi, I can't take your call right now. Please leave a message after the tone.",),
}
MUMBLED: Phrases = {"zh": ("嗯那个", "呃", "那什么来着", "一下"), "en": ("Uh.", "Hmm the", "And a", "Well I")}

_NUMERALS = {
    "zh": tuple("零一二三四五六七八九"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}


def spelt(keys: str, language: str) -> str:
    """Keys as they are said; * and # stay as they are."""
    numerals = _NUMERALS[language]
    said = (numerals[int(key)] if key.isdecimal() else key for key in keys)
    return ("" if language == "zh" else " ").join(said)

"""Which answers a text or a prompt offers: keys with what is said about each, or a scale of points."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rehearsal.meanings import NO_KEYS, YES_KEYS, Intent, feeling_of, meaning_of, usual_meaning

_HAN = "\u4e00-\u9fff"
_UNIT = (
    r"(?:[0-9.]|\s*(?:元|块|天|日|点|小时|分|星|位|个|次|折|%|gb?\b|mb?\b"
    r"|(?:days?|hours?|minutes?|weeks?|months?|digits?|times?|points?|stars?|yuan)\b))"
)
_DIGIT = rf"[0-9](?!{_UNIT})"
_KEY = (
    rf"({_DIGIT}|[*#]|(?:td?|r|stop|yes|y|no?)(?![a-z0-9]|\s+(?:later|more|one|longer|need)\b)"
    r"|是(?![否的不])|否(?!则))"
)
_VERB = r"(?:(?<!返)回复?|按(?:一次|键|下)?|发送?|选择?|\b(?:reply|press|text|send|dial|choose|answer)\b)"
_VERBS = re.compile(_VERB)
_MENTION = re.compile(
    rf"{_VERB}\s*(?:with\b|数字|序号|编号)?\s*[\"'“「:：]?\s*{_KEY}|^\s*{_KEY}\s+(?:to|for)\b"
)
_NEXT_ONE = re.compile(  # in a list that a mention has begun: "2 for a manager", "2满意", "一般2", "2"
    rf"^\s*(?:and\s+)?({_DIGIT})\s*[=:)–-]?\s*(?=\S)|^[^0-9]{{0,3}}[{_HAN}]{{1,8}}\s*({_DIGIT})\s*$"
    rf"|^\s*[a-z][a-z' -]{{1,30}}\s({_DIGIT})\s*$|^\s*(?:and\s+)?{_KEY}\s*$"
)
_CLAUSES = re.compile(
    r"[，。；、！,;!\n]|(?<=[?？])|\.(?!\d)|\bor\b|或"
    r"|[:：]\s*(?=回|按|reply\b|press\b)"
    rf"|(?<=[{_HAN}])(?<![按回复送选下次键入至到])\s*(?=[0-9](?![0-9.])\s*[{_HAN}])"  # 1满意 2一般
    r"|\s+(?=[0-9]\s?=)"  # 1=Yes 2=No
)
_LIST = re.compile(  # "reply with the number": what follows, or went before, is a list
    r"(?:回|发送?|按|选|\b(?:reply|press|answer|text)\b)"
    r"(?:[^。.!?！？]{0,12}(?:数字|序号|编号|\bnumber\b)|复?\s*[0-9]\s*(?:-|–|至|到|to\b)\s*[0-9])"
)
_NUMBERED = re.compile(rf"(?<![0-9.])([0-9])([.．:：、)）])\s*(?=[{_HAN}a-z])")  # "1、满意", "2. Coverage"
_AFTER_VERB = re.compile(r"(?:([按回复发送选键下])|\b(?:reply|press|text|send|dial|choose|answer))\s*$")
_NO_LABEL = re.compile(r"回复|看懂|抱歉|\breply\b|understand|sorry")  # "we did not understand. Reply 1 or 2"
_LONGEST_LABEL = 50
_FILLERS = re.compile(
    r"请|您|可以?|再|一次|直接|只|仅|数字|序号|即可|和|及|就|并|其中"
    r"|\b(?:and|to|for|if|you|are|it|is|was|the|an?|with|just|please|simply|only|now|then|once|more|your)\b"
)
_WORD = re.compile(rf"[a-z0-9{_HAN}]")

_SCALE = re.compile(
    r"(?<![\d.])([0-9])\s*分?\s*(?:\([^)]{0,20}\)|（[^）]{0,20}）)?\s*(?:-|–|—|~|～|到|至|\bto\b|\bthrough\b|\band\b)"
    r"\s*([0-9]|10)(?!\d|\.\d|\s*(?:元|块|天|日|点|小时|个|折|%|days?|hours?|am\b|pm\b|yuan))"
)
_ASKS_POINTS = re.compile(
    r"(?:回|按|打|评|选|发|分数|从|reply|press|rate|score|scale|answer|text|send|number|between|from)[^。!?！？]{0,25}$"
)
_FIRST_IS_BEST = re.compile(
    r"(?<!\d)1\s*分?\s*(?:为|是|=|表示|代表|is|means|being)?\s*(?:the\s+)?"
    r"(?:非常满意|最满意|很满意|最好|best|very satisf|excellent)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    label: str = ""  # what is said about it; empty where nothing is
    intent: Intent | None = None
    feeling: int | None = None  # from -2 to 2, where the label tells one

    @property
    def is_bare(self) -> bool:
        return not self.label


@dataclass(frozen=True, slots=True)
class Scale:
    least: int
    most: int
    best_first: bool = False
    from_keys: bool = False  # nothing was said about it: only its points were named

    def point(self, mood: float) -> int:
        """The point of somebody between displeased (0) and delighted (1)."""
        share = 1 - mood if self.best_first else mood
        return self.least + round(share * (self.most - self.least))


@dataclass(frozen=True, slots=True)
class _Clause:
    named: tuple[tuple[str, str], ...] = ()  # keys, each with what the clause says about it
    listed: tuple[tuple[str, str], ...] = ()  # the same, if it belongs to a list
    scale: tuple[int, int] | None = None


def read_choices(text: str) -> tuple[tuple[Choice, ...], Scale | None]:
    text = text.lower()
    choices: dict[str, Choice] = {}
    ends: tuple[int, int] | None = None
    before, listing = "", False
    for words in _CLAUSES.split(_NUMBERED.sub(_unnumbered, text)):
        clause = _read_clause(words)
        ends = ends or clause.scale
        listing = listing or bool(clause.named) or (bool(clause.listed) and _LIST.search(text) is not None)
        found = clause.named or (clause.listed if listing else ())
        for key, label in found:
            choices.setdefault(key, _choice(key, label or _condition(before)))
        before = "" if found else words
    return _points_apart(text, choices, ends)


def _points_apart(
    text: str, choices: dict[str, Choice], ends: tuple[int, int] | None
) -> tuple[tuple[Choice, ...], Scale | None]:
    """The points of a scale are no keys of a menu; three keys and more without a word about them are points."""
    digits = [choice for choice in choices.values() if choice.key.isdecimal()]
    bare = [int(choice.key) for choice in digits if choice.is_bare]
    if ends is None and len(bare) < 3:
        return tuple(choices.values()), None
    least, most = ends or (min(bare), max(bare))
    points = {str(point) for point in range(least, most + 1)}
    if sum(choice.key in points and not choice.is_bare for choice in digits) >= 3:
        return tuple(choices.values()), None  # "Price 1, coverage 2, other 3. Reply 1 to 3"
    scale = Scale(least, most, _FIRST_IS_BEST.search(text) is not None, from_keys=ends is None)
    return tuple(choice for key, choice in choices.items() if key not in points), scale


@lru_cache(maxsize=8192)  # the clauses that name keys are the same for every customer
def _read_clause(clause: str) -> _Clause:
    scale = next(filter(None, map(_ends, _SCALE.finditer(clause))), None)
    rest = _SCALE.sub(" ", clause) if scale is not None else clause
    named = tuple(_with_label(mention) for mention in _MENTION.finditer(rest))
    listed = None if named else _NEXT_ONE.search(rest)
    return _Clause(named, () if listed is None else (_with_label(listed),), scale)


def _ends(found: re.Match[str]) -> tuple[int, int] | None:
    least, most = int(found[1]), int(found[2])
    asked = _ASKS_POINTS.search(found.string, 0, found.start()) or found.string.startswith("分", found.end())
    return (least, most) if least < most and asked else None


def _with_label(mention: re.Match[str]) -> tuple[str, str]:
    group = mention.lastindex or 0
    label = mention.string[: mention.start(group)] + mention.string[mention.end(group) :]
    return mention[group].upper(), label.strip() if _says_something(label) else ""


@lru_cache(maxsize=8192)
def _condition(clause: str) -> str:
    """The clause before a key, where it says for what or for whom that is: "If you are satisfied"."""
    is_label = len(clause) <= _LONGEST_LABEL and _says_something(clause) and not _NO_LABEL.search(clause)
    return clause.strip() if is_label or meaning_of(clause) else ""


def _unnumbered(item: re.Match[str]) -> str:
    """ "1、满意" as a clause, "1 满意"; but "press 1. To" is the end of a sentence."""
    digit, mark = item.groups()
    verb = _AFTER_VERB.search(item.string, max(0, item.start() - 10), item.start())
    if verb is None:
        return f"，{digit} "
    return item[0] if mark == "." and verb[1] is None else f"{digit} "


def _says_something(words: str) -> bool:
    without_verb = _VERBS.sub("", words)
    return _WORD.search(_FILLERS.sub("", without_verb)) is not None


@lru_cache(maxsize=4096)
def _choice(key: str, label: str) -> Choice:
    intent = meaning_of(label) if label else usual_meaning(key)
    if key in NO_KEYS and intent is Intent.JOIN:
        intent = Intent.DECLINE
    if intent is not None:
        return Choice(key, label, intent)
    if key in YES_KEYS or key in NO_KEYS:
        return Choice(key, label, feeling=1 if key in YES_KEYS else -1)
    return Choice(key, label, feeling=feeling_of(label))

"""Records anew what a flow does: only the expectations that are not kept change, the rest stays as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.flow.golden.difference import Pair
from bot.flow.golden.playing import Check, Played, play_inputs, play_script
from bot.flow.golden.script import Expected, Script
from bot.flow.golden.source import parse_golden
from bot.flow.golden.surgery import (
    LONGEST_LINE,
    Edit,
    Item,
    apply,
    change_list,
    child,
    column,
    compose,
    end_of,
    items_of,
    line_end,
    removals,
    source,
    start_of,
)
from bot.flow.golden.yaml_text import expectation, expected_in_text, in_text
from bot.flow.load import FlowError
from bot.flow.model import Flow
from bot.flow.transcript import Line


@dataclass(frozen=True, slots=True)
class Recorded:
    """A conversation that now expects what happens; `checks` are those that were not kept before."""

    script: Script
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """`text` is the file as it should be now; the `stuck` conversations need their author."""

    text: str
    recorded: tuple[Recorded, ...]
    stuck: tuple[Played, ...]
    refused: bool = False  # the file is written in a way that cannot be changed safely; `text` is as it was


def record(flow: Flow, text: str, file: str, only: str = "") -> Recording:
    """FlowError when the file cannot be read."""
    golden = parse_golden(text, file)
    conversations = items_of(child(compose(text), "conversations"))
    edits: list[Edit] = []
    recorded: list[Recorded] = []
    stuck: list[Played] = []
    for script, node in zip(golden.scripts, conversations, strict=True):
        if only.casefold() not in script.name.casefold():
            continue
        played = play_script(flow, script)
        if played.stuck_at is not None:
            stuck.append(played)
        elif played.failure(file) is not None:
            edits += _edits(text, child(node, "script"), flow, played)
            recorded.append(Recorded(script, tuple(check for check in played.checks if not check.kept)))
    changed = apply(text, edits)
    if recorded and not _kept(flow, changed, file, {one.script.name for one in recorded}):
        return Recording(text, (), tuple(stuck), refused=True)
    return Recording(changed, tuple(recorded), tuple(stuck))


def _kept(flow: Flow, text: str, file: str, names: set[str]) -> bool:
    try:
        scripts = parse_golden(text, file).scripts
    except FlowError:
        return False
    mended = [script for script in scripts if script.name in names]
    return len(mended) == len(names) and not any(play_script(flow, one).failure(file) for one in mended)


def expected_of(line: Line) -> Expected:
    return Expected(line.headline, (line.words,) if line.words else ())


def _edits(text: str, turns: Node | None, flow: Flow, played: Played) -> Iterator[Edit]:
    if not isinstance(turns, SequenceNode):
        return
    if not turns.value:
        written = _list(_texts(played.conversation.lines), 0, 0, one_line=True)
        yield Edit(start_of(turns), end_of(text, turns), f"[{{expect:{written}}}]")
        return
    if all(turn.input is not None for turn in played.script.turns):
        yield from _first_record(text, turns, flow, played.script)
        return
    nodes = {turn.place: node for turn, node in zip(played.script.turns, turns.value, strict=True)}
    for check in played.checks:
        if check.kept:
            continue
        if check.turn is None:
            yield _turn_after(text, turns, turns.value[-1], check.happened)
        else:
            yield from _expectation(text, nodes[check.turn.place], check)


def _first_record(text: str, turns: SequenceNode, flow: Flow, script: Script) -> Iterator[Edit]:
    """A script of inputs alone: what each of them leads to is put behind it."""
    conversation = script.conversation(flow)
    seen = 0
    for number, _ in enumerate(play_inputs(conversation, script.inputs)):
        happened = conversation.lines[seen:]
        seen = len(conversation.lines)
        if happened and number == 0:
            yield _first_turn(text, turns, happened)
        elif happened:
            yield _turn_after(text, turns, turns.value[number - 1], happened)


def _expectation(text: str, turn: Node, check: Check) -> list[Edit]:
    assert isinstance(turn, MappingNode)
    key, value = turn.value[0]
    nodes = items_of(value)
    wanted = list(_wanted(text, nodes, check.pairs))
    texts = [item.text or source(text, nodes[item.old or 0]) for item in wanted]
    after_colon = text.index(":", end_of(text, key)) + 1
    indent = column(text, start_of(key)) + 2
    if isinstance(value, SequenceNode) and not value.flow_style:
        return _in_block(text, value, wanted, after_colon)
    if isinstance(value, SequenceNode) and any(item.old is not None for item in wanted):
        on_one_line = "\n" not in source(text, value)
        too_long = column(text, start_of(value)) + len(_in_brackets(texts)) > LONGEST_LINE
        if turn.flow_style or not (on_one_line and too_long):
            return change_list(text, value, wanted)
    written = _list(texts, indent, column(text, after_colon), one_line=turn.flow_style)
    return [Edit(after_colon, end_of(text, value), written)]


def _in_block(text: str, value: SequenceNode, wanted: list[Item], after_colon: int) -> list[Edit]:
    """Item by item, so that comments between them stay."""
    if not wanted:
        return [Edit(after_colon, after_colon, " []"), *removals(text, value, [])]
    if all(item.old is None for item in wanted):  # the first old one gives its place to the first new one
        wanted[0] = Item(0, wanted[0].text)
    return change_list(text, value, wanted)


def _wanted(text: str, nodes: Sequence[Node], pairs: Sequence[Pair]) -> Iterator[Item]:
    old = 0
    for pair in pairs:
        if pair.expected is None:
            if pair.happened is not None:
                yield Item(None, expected_in_text(expected_of(pair.happened)))
            continue
        if pair.agrees:
            yield Item(old)
        elif pair.happened is not None:
            yield Item(old, _rewritten(text, nodes[old], pair.happened))
        old += 1


def _rewritten(text: str, node: Node, line: Line) -> str:
    """Fragments that still hold stay as they were written; the others give way to the full words."""
    if not isinstance(node, MappingNode):
        return in_text(line.headline)
    fragments: list[str] = []
    for fragment in items_of(node.value[0][1]):
        if fragment.value in line.words:
            fragments.append(source(text, fragment))
        elif line.words and in_text(line.words) not in fragments:
            fragments.append(in_text(line.words))
    whole = expectation(line.headline, fragments)
    return whole[1:-1] if fragments and not node.flow_style else whole


def _first_turn(text: str, turns: SequenceNode, happened: Sequence[Line]) -> Edit:
    first = start_of(turns.value[0])
    if turns.flow_style:
        return Edit(first, first, f"{{expect:{_list(_texts(happened), 0, 0, one_line=True)}}}, ")
    dash = column(text, start_of(turns))
    written = f"- expect:{_list(_texts(happened), dash + 4, dash + 9)}\n{' ' * dash}"
    return Edit(start_of(turns), start_of(turns), written)


def _turn_after(text: str, turns: SequenceNode, anchor: Node, happened: Sequence[Line]) -> Edit:
    end = end_of(text, anchor)
    if turns.flow_style:
        return Edit(end, end, f", {{expect:{_list(_texts(happened), 0, 0, one_line=True)}}}")
    dash = column(text, start_of(turns))
    at = line_end(text, end)
    return Edit(at, at, f"\n{' ' * dash}- expect:{_list(_texts(happened), dash + 4, dash + 9)}")


def _texts(happened: Sequence[Line]) -> list[str]:
    return [expected_in_text(expected_of(line)) for line in happened]


def _list(texts: Sequence[str], indent: int, at: int, *, one_line: bool = False) -> str:
    """What stands after `expect:`, in brackets where it fits the line."""
    brackets = _in_brackets(texts)
    if one_line or not texts or at + 1 + len(brackets) <= LONGEST_LINE:
        return f" {brackets}"
    return _in_lines(texts, indent)


def _in_brackets(texts: Sequence[str]) -> str:
    return f"[{', '.join(texts)}]"


def _in_lines(texts: Sequence[str], indent: int) -> str:
    return "".join(f"\n{' ' * indent}- {one}" for one in texts)

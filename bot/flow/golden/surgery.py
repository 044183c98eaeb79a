"""Changes single values inside a YAML text, and leaves every other character where the author put it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

LONGEST_LINE = 110


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item that a list shall have: an `old` one as it stands, or rewritten as `text`, or a new one."""

    old: int | None
    text: str | None = None


def compose(text: str) -> Node:
    """Places only: what the words mean is read by `bot.rules.yaml_source`."""
    return cast(Node, yaml.compose(text, Loader=yaml.CSafeLoader))


def apply(text: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def child(node: Node, name: str) -> Node | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == name:
                found: Node = value
                return found
    return None


def items_of(node: Node | None) -> list[Node]:
    if isinstance(node, SequenceNode):
        return list(node.value)
    return [node] if node is not None else []


def start_of(node: Node) -> int:
    return int(node.start_mark.index)


def end_of(text: str, node: Node) -> int:
    """The end of what was written; a block's own mark stands at whatever comes next."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        inner = last if isinstance(node, SequenceNode) else last[1]
        found = end_of(text, inner)
        return found if not isinstance(node, MappingNode) else max(found, end_of(text, last[0]))
    return start_of(node) + len(text[start_of(node) : int(node.end_mark.index)].rstrip())


def source(text: str, node: Node) -> str:
    return text[start_of(node) : end_of(text, node)]


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found


def column(text: str, offset: int) -> int:
    return offset - line_start(text, offset)


def change_list(text: str, node: SequenceNode, wanted: Sequence[Item]) -> list[Edit]:
    """`node` is not empty and keeps at least one item; new items stand where `wanted` has them."""
    edits = [
        Edit(start_of(node.value[item.old]), end_of(text, node.value[item.old]), item.text)
        for item in wanted
        if item.old is not None and item.text is not None
    ]
    kept = [item.old for item in wanted if item.old is not None]
    edits += removals(text, node, kept)
    before: int | None = None
    for is_new, group in groupby(wanted, key=lambda item: item.old is None):
        run = list(group)
        if is_new:
            edits.append(_insertion(text, node, before, kept[0], [item.text or "" for item in run]))
        else:
            before = run[-1].old
    return edits


def removals(text: str, node: SequenceNode, kept: Sequence[int]) -> list[Edit]:
    """All items but those kept, of which a list in brackets has at least one."""
    gone = [number for number in range(len(node.value)) if number not in kept]
    if not node.flow_style:
        return [_whole_lines(text, node.value[number]) for number in gone]
    edits = []
    for number in gone:
        if number > kept[0]:  # with the comma before it
            start, end = end_of(text, node.value[number - 1]), end_of(text, node.value[number])
        else:  # with the comma after it
            start, end = start_of(node.value[number]), start_of(node.value[number + 1])
        edits.append(Edit(start, end, ""))
    return edits


def _whole_lines(text: str, item: Node) -> Edit:
    return Edit(line_start(text, start_of(item)), line_end(text, end_of(text, item)) + 1, "")


def _insertion(text: str, node: SequenceNode, before: int | None, first: int, new: list[str]) -> Edit:
    anchor = node.value[first if before is None else before]
    if node.flow_style:
        if before is None:
            return Edit(start_of(anchor), start_of(anchor), "".join(f"{one}, " for one in new))
        return Edit(end_of(text, anchor), end_of(text, anchor), "".join(f", {one}" for one in new))
    dash = " " * column(text, text.rfind("-", 0, start_of(anchor))) + "- "
    if before is None:
        at = line_start(text, start_of(anchor))
        return Edit(at, at, "".join(f"{dash}{one}\n" for one in new))
    at = line_end(text, end_of(text, anchor))
    return Edit(at, at, "".join(f"\n{dash}{one}" for one in new))

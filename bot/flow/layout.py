"""Where a chart's boxes, labels and lines go: layers from top to bottom, with room for every label.

Each label stands in a layer of its own between two layers of boxes, and a line that passes a layer takes a
place in it, so neither boxes, labels nor lines ever lie upon each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 12
SETTLINGS = 40
LANE_PULL = 8.0
GAP = 26.0
LANE = 14.0


@dataclass(frozen=True, slots=True)
class Box:
    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """`label_width` is 0 where nothing is written on it."""

    source: str
    target: str
    label_width: float
    label_height: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of boxes by id; for each line, by number, the points it runs through and its label's centre."""

    width: float
    height: float
    centres: Mapping[str, tuple[float, float]]
    routes: Sequence[Sequence[tuple[float, float]]]
    labels: Sequence[tuple[float, float]]


@dataclass(slots=True)
class _Slot:
    """One place in a layer: a box, a label, or a line passing through."""

    key: str
    width: float
    height: float
    above: list[_Slot] = field(default_factory=list)
    below: list[_Slot] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    rank: int = 0
    tallest: float = 0.0  # of its layer

    @property
    def straight(self) -> bool:
        return self.key.startswith("line ")


def lay_out(start: str, boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    backward = _backward(start, boxes, lines)
    layers, chains = _slots(boxes, lines, backward)
    _order(layers)
    _place_across(layers)
    width, height = _place_down(layers)
    slots = {slot.key: slot for layer in layers for slot in layer}
    routes = [_route(chain) for chain in chains]
    labels = [
        (chain[-2 if number in backward else 1].x, chain[-2 if number in backward else 1].y)
        for number, chain in enumerate(chains)
    ]
    centres = {box.id: (slots[box.id].x, slots[box.id].y) for box in boxes}
    return Layout(width, height, centres, routes, labels)


def _route(chain: Sequence[_Slot]) -> list[tuple[float, float]]:
    """Upright through every layer that it passes, so that it bends between the layers only."""
    down = 1 if chain[-1].y >= chain[0].y else -1
    points = [(chain[0].x, chain[0].y)]
    for slot in chain[1:-1]:
        points += [(slot.x, slot.y - down * slot.tallest / 2), (slot.x, slot.y + down * slot.tallest / 2)]
    return [*points, (chain[-1].x, chain[-1].y)]


def _backward(start: str, boxes: Sequence[Box], lines: Sequence[Line]) -> set[int]:
    """Lines that close a cycle: they are laid out upside down."""
    leaving: dict[str, list[int]] = {box.id: [] for box in boxes}
    for number, line in enumerate(lines):
        leaving[line.source].append(number)
    found: set[int] = set()
    done: set[str] = set()
    path: list[str] = []

    def walk(here: str) -> None:
        path.append(here)
        for number in leaving[here]:
            target = lines[number].target
            if target in path:
                found.add(number)
            elif target not in done:
                walk(target)
        done.add(path.pop())

    for root in [start, *leaving]:
        if root in leaving and root not in done:
            walk(root)
    return found


def _depths(boxes: Sequence[Box], ends: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way from a box without predecessors; even numbers, the odd ones are for labels."""
    depth = {box.id: 0 for box in boxes}
    for _ in boxes:
        changed = False
        for source, target in ends:
            if depth[target] < depth[source] + 2:
                depth[target] = depth[source] + 2
                changed = True
        if not changed:
            break
    return depth


def _slots(
    boxes: Sequence[Box], lines: Sequence[Line], backward: set[int]
) -> tuple[list[list[_Slot]], list[list[_Slot]]]:
    ends = [
        (line.target, line.source) if number in backward else (line.source, line.target)
        for number, line in enumerate(lines)
    ]
    ends = [(upper, lower) for upper, lower in ends if upper != lower]
    depth = _depths(boxes, ends)
    layers: list[list[_Slot]] = [[] for _ in range(max(depth.values(), default=0) + 2)]
    by_id: dict[str, _Slot] = {}
    for box in boxes:
        by_id[box.id] = _Slot(box.id, box.width, box.height)
        layers[depth[box.id]].append(by_id[box.id])
    chains: list[list[_Slot]] = []
    for number, line in enumerate(lines):
        upper, lower = (line.target, line.source) if number in backward else (line.source, line.target)
        chain = [by_id[upper]]
        labelled = depth[lower] - 1 if number in backward else depth[upper] + 1
        for layer in range(depth[upper] + 1, max(depth[lower], depth[upper] + 2)):
            wide = layer == labelled
            slot = _Slot(
                f"line {number} {layer}",
                max(line.label_width, LANE) if wide else LANE,
                line.label_height if wide else 0.0,
            )
            layers[layer].append(slot)
            chain.append(slot)
        chain.append(by_id[lower])
        for above, below in pairwise(chain):
            above.below.append(below)
            below.above.append(above)
        chains.append(chain[::-1] if number in backward else chain)
    return [layer for layer in layers if layer], chains


def _order(layers: list[list[_Slot]]) -> None:
    """Fewer crossings: every slot near the middle of its neighbours, sweeping down and up."""
    _rank(layers)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for layer in layers[1:] if downwards else reversed(layers[:-1]):
            layer.sort(key=lambda slot: _middle(slot, slot.above if downwards else slot.below))
            _rank([layer])
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best
    _rank(layers)


def _middle(slot: _Slot, neighbours: Sequence[_Slot]) -> float:
    if not neighbours:
        return float(slot.rank)
    return sum(neighbour.rank for neighbour in neighbours) / len(neighbours)


def _rank(layers: Sequence[Sequence[_Slot]]) -> None:
    for layer in layers:
        for rank, slot in enumerate(layer):
            slot.rank = rank


def _crossings(layers: Sequence[Sequence[_Slot]]) -> int:
    count = 0
    for layer in layers:
        pairs = [(slot.rank, below.rank) for slot in layer for below in slot.below]
        count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for i, a in enumerate(pairs) for b in pairs[i + 1 :])
    return count


def _place_across(layers: Sequence[Sequence[_Slot]]) -> None:
    for layer in layers:
        x = 0.0
        for slot in layer:
            slot.x = x + slot.width / 2
            x += slot.width + GAP
    for sweep in range(SETTLINGS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _settle(layer)
    left = min((slot.x - slot.width / 2 for layer in layers for slot in layer), default=0.0)
    for layer in layers:
        for slot in layer:
            slot.x -= left


def _settle(layer: Sequence[_Slot]) -> None:
    """Each slot as near to its neighbours' mean as the order and the gaps allow (isotonic regression)."""
    offsets, x = [], 0.0
    for slot in layer:
        offsets.append(x + slot.width / 2)
        x += slot.width + GAP
    blocks: list[list[float]] = []  # weighted mean, weight, number of slots
    for slot, offset in zip(layer, offsets, strict=True):
        wish = _wish(slot)
        blocks.append([wish - offset, 4.0 if slot.straight else 1.0, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight, size = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1] += weight
            before[2] += size
    means = [mean for mean, _, size in blocks for _ in range(int(size))]
    for slot, offset, mean in zip(layer, offsets, means, strict=True):
        slot.x = mean + offset


def _wish(slot: _Slot) -> float:
    """The mean of its neighbours; a line keeps to its own lane rather than to the boxes at its ends."""
    neighbours = [*slot.above, *slot.below]
    pulls = [(one.x, LANE_PULL if slot.straight and one.straight else 1.0) for one in neighbours]
    total = sum(pull for _, pull in pulls)
    return sum(x * pull for x, pull in pulls) / total if pulls else slot.x


def _place_down(layers: Sequence[Sequence[_Slot]]) -> tuple[float, float]:
    y = 0.0
    for layer in layers:
        tallest = max(slot.height for slot in layer)
        for slot in layer:
            slot.y, slot.tallest = y + tallest / 2, tallest
        y += tallest + GAP
    width = max((slot.x + slot.width / 2 for layer in layers for slot in layer), default=0.0)
    return width, max(y - GAP, 0.0)

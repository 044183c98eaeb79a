"""Draws a flow as an SVG chart, with the number of customers on each step; themed by CSS classes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from bot.flow.graph import Graph, Node, graph
from bot.flow.layout import Box, Layout, Line, lay_out
from bot.flow.model import END, Flow

NODE_WIDTH, NODE_HEIGHT = 236.0, 54.0
END_HEIGHT = 28.0
MARGIN = 24.0
LABEL_HEIGHT = 20.0
LONGEST_LABEL = 34  # in halves of a Chinese character
LONGEST_TITLE = 23
LONGEST_TAGS = 18

# One drawing for each kind, on a grid of 20 by 20, as strokes.
ICONS = {
    "sms": "M3 4h14v9H9l-4 4v-4H3z",
    "call": "M5 3l3 1 1 4-2 1.5a9 9 0 0 0 4 4L12.5 11l4 1 1 3-2 2A13 13 0 0 1 3 5z",
    "switch": "M10 3v5M10 8l-5 5v4M10 8l5 5v4",
    "wait": "M10 3a7 7 0 1 0 .01 0M10 6v4.5l3 2",
    "wait_for": "M6 3h8M6 17h8M7 3c0 4 6 5 6 7s-6 3-6 7M13 3c0 4-6 5-6 7s6 3 6 7",
    "grant": "M3 8h14v3H3zM4.5 11v6h11v-6M10 8v9M10 8C6 8 5 3 8 3s2 5 2 5 0-5 2-5 3 5-2 5",
    "work_order": "M10 3a3 3 0 1 0 .01 0M4 17c0-8 12-8 12 0z",
    "transfer": "M3 7h12l-3-3M17 13H5l3 3",
    "survey": "M4 4h12v10H9l-3 3v-3H4zM7 8h6M7 11h4",
    "split": "M10 3v4M10 7L4 13v4M10 7v10M10 7l6 6v4",
    "set": "M4 6h8M4 10h12M4 14h6M14 13l2 2 3-4",
    "emit": "M3 10h9M9 6l4 4-4 4M16 4v12",
    "flow": "M4 4h5v5H4zM11 11h5v5h-5zM9 7h4v4",
    "end": "M6 17V3l9 4-9 4",
}

STYLE = """
.kl-flow{font-family:system-ui,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
--kl-line:#94a3b8;--kl-ink:#0f172a;--kl-soft:#64748b;--kl-paper:#fff;--kl-label:#f1f5f9;
--kl-sms:#2563eb;--kl-call:#7c3aed;--kl-switch:#0891b2;--kl-wait:#ca8a04;--kl-grant:#16a34a;
--kl-human:#db2777;--kl-survey:#ea580c;--kl-end:#475569}
.kl-way{fill:none;stroke:var(--kl-line);stroke-width:1.5}
.kl-arrow{fill:var(--kl-line)}
.kl-label rect{fill:var(--kl-label)}
.kl-label text{font-size:11px;fill:var(--kl-soft);text-anchor:middle}
.kl-node .kl-box{fill:var(--kl-paper);stroke:var(--kl-colour);stroke-width:1.5}
.kl-node .kl-badge{fill:var(--kl-colour)}
.kl-node .kl-icon{fill:none;stroke:#fff;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.kl-node .kl-title{font-size:13px;font-weight:600;fill:var(--kl-ink)}
.kl-node .kl-name{font-size:10.5px;fill:var(--kl-soft)}
.kl-node .kl-count{fill:var(--kl-colour)}
.kl-node .kl-count-text{font-size:11px;font-weight:700;fill:#fff;text-anchor:middle}
.kl-node .kl-tag{font-size:10px;fill:var(--kl-soft)}
.kl-ends .kl-box{fill:var(--kl-label);stroke:var(--kl-line)}
.kl-ends .kl-end-text{font-size:11px;fill:var(--kl-soft);text-anchor:middle}
.kl-kind-sms{--kl-colour:var(--kl-sms)}.kl-kind-call{--kl-colour:var(--kl-call)}
.kl-kind-switch,.kl-kind-split{--kl-colour:var(--kl-switch)}
.kl-kind-survey{--kl-colour:var(--kl-survey)}
.kl-kind-set,.kl-kind-emit,.kl-kind-flow{--kl-colour:var(--kl-end)}
.kl-kind-wait,.kl-kind-wait_for{--kl-colour:var(--kl-wait)}
.kl-kind-grant{--kl-colour:var(--kl-grant)}
.kl-kind-work_order,.kl-kind-transfer{--kl-colour:var(--kl-human)}
.kl-kind-end{--kl-colour:var(--kl-end)}
"""


def to_svg(flow: Flow, counts: Mapping[str, int] | None = None, language: str = "en") -> str:
    """Scales to its container by its viewBox; every text is escaped. Who stands inside a part stands on its node."""
    drawn = graph(flow, language)
    standing: Counter[str] = Counter()
    for step, number in (counts or {}).items():
        standing[step.partition(".")[0]] += number
    labels = [_short(" · ".join(way.labels), LONGEST_LABEL) for way in drawn.ways]
    layout = _laid_out(drawn, labels)
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="kl-flow" role="img" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" aria-label="{escape(flow.name)}">',
            f"<style>{STYLE}</style>",
            '<defs><marker id="kl-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto"><path class="kl-arrow" d="M0 0L8 4L0 8z"/></marker></defs>',
            f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">',
            *_ways(drawn, layout, labels),
            *(_node(node, layout.centres[node.id], standing.get(node.name)) for node in drawn.nodes),
            "</g>",
            "</svg>",
        ]
    )


def _laid_out(drawn: Graph, labels: Sequence[str]) -> Layout:
    boxes = [_box(node) for node in drawn.nodes]
    lines = [
        Line(way.source, way.target, _label_width(label), LABEL_HEIGHT)
        for way, label in zip(drawn.ways, labels, strict=True)
    ]
    return lay_out(drawn.start, boxes, lines)


def _box(node: Node) -> Box:
    if node.kind == END:
        return Box(node.id, max(60.0, _halves(_end_text(node)) * 6.2 + 24), END_HEIGHT)
    return Box(node.id, NODE_WIDTH, NODE_HEIGHT)


def _ways(drawn: Graph, layout: Layout, labels: Sequence[str]) -> list[str]:
    heights = {node.id: _box(node).height for node in drawn.nodes}
    lines, written = [], []
    for way, route, label, (x, y) in zip(drawn.ways, layout.routes, labels, layout.labels, strict=True):
        lines.append(
            f'<path class="kl-way" marker-end="url(#kl-arrow)" '
            f'd="{_path(route, heights[way.source], heights[way.target])}"/>'
        )
        if label:
            width = _label_width(label)
            written.append(
                f'<g class="kl-label"><rect x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" '
                f'height="18" rx="9"/><text x="{x:.1f}" y="{y + 4:.1f}">{escape(label)}</text></g>'
            )
    return lines + written


def _path(route: Sequence[tuple[float, float]], from_height: float, to_height: float) -> str:
    """From edge to edge of the boxes, through the line's own places, with upright tangents."""
    down = 1 if route[-1][1] >= route[0][1] else -1
    points = list(route)
    points[0] = (points[0][0], points[0][1] + down * from_height / 2)
    points[-1] = (points[-1][0], points[-1][1] - down * (to_height / 2 + 2))
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        if abs(x1 - x2) < 1:
            parts.append(f"L{x2:.1f} {y2:.1f}")
        else:
            middle = (y1 + y2) / 2
            parts.append(f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}")
    return "".join(parts)


def _node(node: Node, centre: tuple[float, float], count: int | None) -> str:
    box = _box(node)
    left, top = centre[0] - box.width / 2, centre[1] - box.height / 2
    if node.kind == END:
        return _end(node, box, left, top)
    icon = ICONS.get(node.kind, ICONS["end"])
    parts = [
        f'<g class="kl-node kl-kind-{escape(node.kind)}" data-step="{escape(node.name)}" '
        f'transform="translate({left:.1f} {top:.1f})">',
        f"<title>{escape(node.name)}</title>",
        f'<rect class="kl-box" width="{box.width:.0f}" height="{box.height:.0f}" rx="12"/>',
        '<circle class="kl-badge" cx="27" cy="27" r="16"/>',
        f'<path class="kl-icon" transform="translate(17 17)" d="{icon}"/>',
        f'<text class="kl-title" x="52" y="24">{escape(_short(node.title, LONGEST_TITLE))}</text>',
        f'<text class="kl-name" x="52" y="41">{escape(_short(node.name, 24 if not node.tags else 14))}</text>',
    ]
    parts.append(_tags(node, box))
    if count is not None:
        parts.append(_count(count, box.width))
    return "".join([*parts, "</g>"])


def _end(node: Node, box: Box, left: float, top: float) -> str:
    return (
        f'<g class="kl-node kl-ends" data-step="{escape(node.name)}" '
        f'transform="translate({left:.1f} {top:.1f})">'
        f'<rect class="kl-box" width="{box.width:.1f}" height="{box.height:.0f}" rx="14"/>'
        f'<text class="kl-end-text" x="{box.width / 2:.1f}" y="18">{escape(_end_text(node))}</text></g>'
    )


def _end_text(node: Node) -> str:
    return " ⚡ ".join([node.title, *([" · ".join(node.tags)] if node.tags else [])])


def _tags(node: Node, box: Box) -> str:
    """On the right: the events that lead here from anywhere."""
    if not node.tags:
        return ""
    words = escape(_short(" · ".join(node.tags), LONGEST_TAGS))
    return f'<text class="kl-tag" x="{box.width - 12:.0f}" y="41" text-anchor="end">⚡ {words}</text>'


def _count(count: int, right: float) -> str:
    text = f"{count:,}"
    width = len(text) * 7 + 14
    return (
        f'<rect class="kl-count" x="{right - width + 8:.0f}" y="-9" width="{width}" height="20" rx="10"/>'
        f'<text class="kl-count-text" x="{right - width / 2 + 8:.0f}" y="5">{text}</text>'
    )


def _label_width(label: str) -> float:
    return _halves(label) * 6.1 + 14 if label else 0.0


def _halves(text: str) -> int:
    """Its width in halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _short(text: str, longest: int) -> str:
    if _halves(text) <= longest:
        return text
    kept = text
    while _halves(kept) > longest - 1:
        kept = kept[:-1]
    return f"{kept}…"

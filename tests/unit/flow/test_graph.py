"""The chart of a flow: complete, escaped, and readable because nothing lies upon anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from bot.flow.graph import graph, to_mermaid, to_text
from bot.flow.layout import Box, Line, lay_out
from bot.flow.svg import LABEL_HEIGHT, to_svg
from tests.unit.flow.flows import shipped, small, spoilt

SVG = "{http://www.w3.org/2000/svg}"


def test_every_step_and_every_way_is_in_the_graph() -> None:
    drawn = graph(shipped(), "en")
    ids = {node.id for node in drawn.nodes}
    assert set(shipped().steps) <= ids
    assert all(way.source in ids and way.target in ids for way in drawn.ways)
    labels = {
        way.labels for way in drawn.ways if (way.source, way.target) == ("invite_by_sms", "invite_by_call")
    }
    assert labels == {("undelivered", "after 1 day")}


def test_events_from_anywhere_are_tags_of_their_target() -> None:
    tags = {node.id: node.tags for node in graph(shipped(), "zh").nodes}
    assert tags["manager"] == ("投诉",)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_svg_is_well_formed_scales_and_carries_the_counts(language: str) -> None:
    root = ET.fromstring(to_svg(shipped(), {"invite_by_sms": 1234}, language))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("width") is None
    steps = {group.get("data-step"): group for group in root.iter(f"{SVG}g") if group.get("data-step")}
    assert set(shipped().steps) <= set(steps)
    assert "1,234" in [text.text for text in steps["invite_by_sms"].iter(f"{SVG}text")]


def test_what_an_author_writes_cannot_break_out_of_the_chart() -> None:
    text = spoilt(
        "  ask:\n    sms:", "  ask:\n    title: {en: '<script>alert(1)</script>\"&', zh: x}\n    sms:"
    )
    svg = to_svg(small(text), None, "en")
    assert "<script" not in svg
    ET.fromstring(svg)
    assert "<script" not in to_mermaid(small(text))


def test_boxes_and_labels_never_overlap() -> None:
    drawn = graph(shipped(), "en")
    boxes = [Box(node.id, 236, 54) for node in drawn.nodes]
    lines = [Line(way.source, way.target, 90.0 if way.labels else 0.0, LABEL_HEIGHT) for way in drawn.ways]
    layout = lay_out(drawn.start, boxes, lines)
    areas = [(x, y, 236.0, 54.0) for x, y in layout.centres.values()]
    areas += [
        (x, y, 90.0, LABEL_HEIGHT)
        for (x, y), line in zip(layout.labels, lines, strict=True)
        if line.label_width
    ]
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(areas, 2):
        assert abs(x1 - x2) >= (w1 + w2) / 2 - 0.01 or abs(y1 - y2) >= (h1 + h2) / 2 - 0.01


def test_a_flow_that_goes_back_is_drawn_too() -> None:
    svg = to_svg(small(spoilt("then: {closed: end}", "then: {closed: ask}")))
    ET.fromstring(svg)


def test_a_drawing_is_the_same_every_time() -> None:
    assert to_svg(shipped()) == to_svg(shipped())


def test_the_text_and_the_mermaid_chart_name_every_step() -> None:
    text, mermaid = to_text(shipped(), "zh"), to_mermaid(shipped(), "zh")
    assert "from anywhere: complaint -> manager" in text
    for name in shipped().steps:
        assert name in text
    assert mermaid.startswith("flowchart TD\n")
    assert '-->|"回复1"|' in mermaid

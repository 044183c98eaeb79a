"""The pages of the manual that are made from the code and the flows: steps, problems, and the catalogue of flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.flow.codes import CODES
from bot.flow.events import fields_of
from bot.flow.model import BUSINESS_EVENTS, Flow
from bot.flow.outcome_words import result_in_words
from bot.flow.reference import Field, Reference, Shape
from bot.flow.results import results_of, titles_of_ends
from bot.flow.schema import TOP
from bot.flow.steps import KINDS
from bot.flow.text import in_language

MADE = "<!-- Made by `scripts/keepline flow pages`; do not edit. -->\n"

_FORMS: Mapping[Shape, str] = {
    Shape.TEXTS: "texts `{zh: ..., en: ...}`",
    Shape.DURATION: "duration `24h`",
    Shape.AMOUNT: "amount `10`",
    Shape.WORD: "word",
    Shape.WORDS: "word or list",
    Shape.NUMBER: "whole number",
    Shape.FLAG: "true or false",
    Shape.CONDITION: "condition",
    Shape.TARGET: "step or `end`",
    Shape.KEYS: "keys and targets",
    Shape.WEIGHTS: "ways and weights",
    Shape.VALUES: "names and values",
    Shape.MAPPING: "mapping",
    Shape.BRANCHES: "list of branches",
    Shape.EITHER: "one of",
}


@dataclass(frozen=True, slots=True)
class Shelved:
    """A flow of the catalogue; `picture` is its chart, as seen from the page."""

    flow: Flow
    picture: str


def steps_page() -> str:
    """Every kind of step: its fields, its outcomes, an example."""
    index = [f"- [`{kind}`](#{kind}): {entry.reference.summary}" for kind, entry in KINDS.items()]
    return "\n".join(
        [
            MADE,
            "# Steps",
            "",
            "A flow is one YAML file: some fields about the whole, and `steps` by name. Each step has one field that",
            "names its kind, others that shape it, and `then:` with a target for each outcome. `then: step` leads",
            "every outcome to the same step. The target `end` ends the run.",
            "",
            *index,
            "",
            "## The whole flow",
            "",
            *_table(TOP),
            "| `then` | events and targets | Ways that lead away from anywhere: business events, and `opted_out`. |",
            "| `steps` | mapping | The steps by name. |",
            "",
            *(line for kind, entry in KINDS.items() for line in _kind(kind, entry.reference)),
            "## Business events",
            "",
            "Events of billing and CRM lead away from steps that wait, by an exit of their name or by the flow's",
            "`then:`. Conditions of `wait_for` read their fields.",
            "",
            "| event | fields |",
            "|---|---|",
            *(f"| `{event}` | {_listed(fields_of(event))} |" for event in sorted(BUSINESS_EVENTS)),
            "",
        ]
    )


def problems_page() -> str:
    layers = {"KL0": "The form", "KL1": "References and types", "KL2": "The meaning"}
    lines = [
        MADE,
        "# What `flow check` finds",
        "",
        "Every problem has its place (file, line, column) and a stable code. Errors must be mended; warnings are",
        "for a person to judge, and fail with `--strict`.",
    ]
    for start, title in layers.items():
        lines += ["", f"## {title}", "", "| code | what is wrong |", "|---|---|"]
        lines += [f"| {code} | {what} |" for code, what in sorted(CODES.items()) if code.startswith(start)]
    return "\n".join([*lines, ""])


def catalogue_page(flows: Sequence[Shelved]) -> str:
    """The shelf, flow by flow, with the chart of each."""
    whole = [one for one in flows if not one.flow.part]
    parts = [one for one in flows if one.flow.part]
    lines = [
        MADE,
        "# The flows on the shelf",
        "",
        "| flow | for | audience | offer |",
        "|---|---|---|---|",
        *(
            f"| [{one.flow.name}](#{one.flow.name}) | {_title(one.flow)} | {_audience(one.flow)} | {_offer(one.flow)} |"
            for one in whole
        ),
        "",
        "Amounts, days and times are defaults of ours: a campaign may carry its own offer.",
        "",
    ]
    for one in [*whole, *parts]:
        lines += _entry(one)
    return "\n".join(lines)


def _kind(kind: str, reference: Reference) -> list[str]:
    lines = [f"## {kind}", "", reference.summary, "", *_table((reference.own, *reference.fields))]
    if reference.outcome_meanings:
        lines += ["", "| outcome | when |", "|---|---|"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in reference.outcome_meanings.items()]
    if reference.outcomes is not None and reference.outcomes.events:
        lines += ["", "Any business event may be named as well."]
    return [*lines, "", "```yaml", reference.example.rstrip(), "```", ""]


def _table(fields: Sequence[Field]) -> list[str]:
    return [
        "| field | form | meaning |",
        "|---|---|---|",
        *(row for field in fields for row in _rows(field, "")),
    ]


def _rows(field: Field, before: str) -> list[str]:
    name = f"{before}{field.name}" if field.name else before.rstrip(".")
    form = (
        " or ".join(f"`{choice}`" for choice in field.choices)
        if 0 < len(field.choices) <= 4
        else _FORMS[field.shape]
    )
    needed = "" if not field.required else " Required."
    rows = [f"| `{name}` | {form} | {field.meaning}{needed} |"]
    for inner in (*field.fields, *field.shapes):
        rows += _rows(inner, f"{name}.")
    return rows


def _listed(fields: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}` ({kind})" for name, kind in fields.items())


def _entry(one: Shelved) -> list[str]:
    flow = one.flow
    titles = titles_of_ends(flow)
    ends = sorted(results_of(flow))
    results = ", ".join(f"{result_in_words(end, 'en', titles)} (`{end}`)" for end in ends)
    lines = [
        f"## {flow.name}",
        "",
        f"**{_title(flow)}** ({in_language(flow.title, 'zh') if flow.title else ''})",
        "",
    ]
    if flow.about.trigger:
        lines += [
            f"- When: {in_language(flow.about.trigger, 'en')} ({in_language(flow.about.trigger, 'zh')})"
        ]
    if flow.about.audience is not None:
        lines += [f"- Audience: `{flow.about.audience.text}`"]
    lines += [f"- Offer: {_offer(flow)}"] if flow.offer.terms else []
    lines += [
        f"- Purpose: {flow.purpose}; goal: `{flow.goal}`" if flow.goal else f"- Purpose: {flow.purpose}"
    ]
    lines += [f"- Ends as: {results}"]
    lines += [f"- Serves: {', '.join(flow.about.serves)}"] if flow.about.serves else []
    return [*lines, "", f"![The chart of {flow.name}]({one.picture})", ""]


def _title(flow: Flow) -> str:
    return in_language(flow.title, "en") if flow.title else flow.name


def _audience(flow: Flow) -> str:
    return f"`{flow.about.audience.text}`" if flow.about.audience is not None else ""


def _offer(flow: Flow) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in flow.offer.terms.items())


def _value(value: object) -> str:
    days = getattr(value, "days", None)
    return f"{days} days" if days is not None else str(value)

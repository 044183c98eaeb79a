"""The JSON Schema of the flow language, made from the reference, so that editors complete and check flow files."""

from __future__ import annotations

from typing import Any

from bot.flow.exits import Outcomes
from bot.flow.load import FROM_ANYWHERE
from bot.flow.model import BUSINESS_EVENTS, OnConflict, Purpose, Reach
from bot.flow.reference import Field, Reference, Shape
from bot.flow.spec_versions import CURRENT
from bot.flow.steps import KINDS

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"

_DURATION: Schema = {"type": "string", "pattern": r"^((\d+[smhdw])+|offer\.\w+)$"}
_AMOUNT: Schema = {
    "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": r"^offer\.\w+$"}]
}
_WORD: Schema = {"type": ["string", "number", "boolean"]}
_TARGET: Schema = {"type": "string", "pattern": r"^\w+$"}
_TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}
_PLAIN: Schema = {
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        {
            "type": "object",
            "properties": {"from": {"type": "string"}, "add": {"type": "integer"}},
            "maxProperties": 1,
        },
    ]
}

_SHAPES: dict[Shape, Schema] = {
    Shape.TEXTS: _TEXTS,
    Shape.DURATION: _DURATION,
    Shape.AMOUNT: _AMOUNT,
    Shape.WORD: _WORD,
    Shape.WORDS: {"anyOf": [_WORD, {"type": "array", "items": _WORD}]},
    Shape.NUMBER: {"type": "integer"},
    Shape.FLAG: {"type": "boolean"},
    Shape.CONDITION: {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
    },
    Shape.TARGET: _TARGET,
    Shape.KEYS: {
        "type": "object",
        "patternProperties": {r"^[0-9*#]{1,8}$": _TARGET},
        "additionalProperties": False,
    },
    Shape.WEIGHTS: {
        "type": "object",
        "minProperties": 2,
        "additionalProperties": {"type": "integer", "minimum": 1},
    },
    Shape.VALUES: {"type": "object", "additionalProperties": _PLAIN},
}


def schema() -> Schema:
    """Draft 7, which editors know best."""
    return {
        "$schema": DRAFT,
        "title": "Keepline flow",
        "type": "object",
        "required": ["flow", "start", "steps"],
        "additionalProperties": False,
        "properties": {
            **{field.name: _field(field) for field in TOP},
            "then": _exits(FROM_ANYWHERE),
            "steps": {
                "type": "object",
                "description": "The steps by name.",
                "additionalProperties": {"oneOf": [{"$ref": f"#/definitions/{kind}"} for kind in KINDS]},
            },
        },
        "definitions": {name: _step(name, kind.reference) for name, kind in KINDS.items()},
    }


def _step(name: str, reference: Reference) -> Schema:
    then = (
        _exits(reference.outcomes) if reference.outcomes is not None else _exits(Outcomes((), any_name=True))
    )
    properties = {field.name: _field(field) for field in (reference.own, *reference.fields)}
    return {
        "type": "object",
        "description": reference.summary,
        "required": [name],
        "additionalProperties": False,
        "properties": {
            "title": {**_TEXTS, "description": "What people read on the chart."},
            **properties,
            "then": then,
        },
    }


def _field(field: Field) -> Schema:
    """A field's own schema, with its meaning for the editor to show."""
    found: Schema
    match field.shape:
        case Shape.CHOICE:
            found = {"enum": list(field.choices)}
        case Shape.EITHER:
            found = {"anyOf": [_field(shape) for shape in field.shapes]}
        case Shape.MAPPING if field.fields:
            found = _mapping(field.fields)
        case Shape.MAPPING:
            found = {"type": "object"}
        case Shape.BRANCHES:
            found = {"type": "array", "minItems": 1, "items": _mapping(field.fields)}
        case Shape.WORDS if field.choices:
            one = {"enum": list(field.choices)}
            found = {"anyOf": [one, {"type": "array", "items": one}]}
        case _:
            found = dict(_SHAPES[field.shape])
    return {**found, "description": field.meaning} if field.meaning else found


def _mapping(fields: tuple[Field, ...]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _field(field) for field in fields},
    }


def _exits(outcomes: Outcomes) -> Schema:
    """One target for all, or a target for each outcome."""
    if outcomes.any_name:
        return {"anyOf": [_TARGET, {"type": "object", "additionalProperties": _TARGET}]}
    named = [*outcomes.names, *(sorted(BUSINESS_EVENTS) if outcomes.events else ())]
    patterns = {rf"^{word} \S+$": _TARGET for word in outcomes.words_after}
    if outcomes.deadline:
        patterns[r"^after \S+$"] = _TARGET
    table: Schema = {
        "type": "object",
        "properties": dict.fromkeys(named, _TARGET),
        "patternProperties": patterns,
        "additionalProperties": False,
    }
    return {"anyOf": [_TARGET, table]}


_LATE_REPLIES = (
    Field("queue", Shape.WORD, "Who looks at it; `retention` if absent."),
    Field("due", Shape.DURATION, "By when; 24 h if absent."),
    Field("script", Shape.WORD, "What to say; `late_reply` if absent."),
)

#: The fields at the top of a flow, besides `then` and `steps`.
TOP: tuple[Field, ...] = (
    Field("spec", Shape.NUMBER, f"The version of the language: {CURRENT}."),
    Field("flow", Shape.WORD, "The flow's name, which is also its file's.", required=True),
    Field("title", Shape.TEXTS, "What people read."),
    Field(
        "purpose",
        Shape.CHOICE,
        "Selects consent, hours, caps and sender; `marketing` if absent.",
        choices=tuple(Purpose),
    ),
    Field(
        "to",
        Shape.CHOICE,
        "Whom it may contact: `customers` if absent, or `former` ones, who have left.",
        choices=tuple(Reach),
    ),
    Field("goal", Shape.WORD, "The outcome that makes a run a success, wherever it comes."),
    Field("expires", Shape.DURATION, "The longest that a run lasts; 30 days if absent."),
    Field("offer", Shape.MAPPING, "What is promised: amounts, durations and words, used as `offer.<name>`."),
    Field("start", Shape.TARGET, "The first step.", required=True),
    Field("texts", Shape.MAPPING, "Built-in sentences in the flow's own words."),
    Field("max_segments", Shape.NUMBER, "The most SMS segments that lint allows; 3 if absent."),
    Field(
        "about",
        Shape.MAPPING,
        "For whom the flow is; for the catalogue of flows.",
        fields=(
            Field("trigger", Shape.TEXTS, "When a customer comes to it."),
            Field("audience", Shape.CONDITION, "Who they are, over factors; a campaign may take it over."),
            Field("serves", Shape.WORDS, "Lines of the requirements that it answers."),
        ),
    ),
    Field("priority", Shape.NUMBER, "0 to 9: whose contact comes first where runs compete; 5 if absent."),
    Field(
        "on_conflict",
        Shape.CHOICE,
        "While another run awaits this customer's answer: come afterwards, leave the contact out, or end that run.",
        choices=tuple(OnConflict),
    ),
    Field(
        "late_replies",
        Shape.MAPPING,
        "Who looks at a reply that comes when the run is over.",
        fields=_LATE_REPLIES,
    ),
    Field("part", Shape.FLAG, "Whether it only runs inside other flows."),
    Field(
        "parameters", Shape.MAPPING, "Of a part: names and types (text, number, flag), read as `run.<name>`."
    ),
)

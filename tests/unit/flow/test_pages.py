"""The made pages and the JSON Schema: they are what the code and the flows say, and editors can use the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.cli.flow.pages import made
from bot.cli.flow.schema import SHIPPED
from bot.flow.codes import CODES
from bot.flow.schema import schema
from bot.flow.steps import KINDS
from bot.rules.problems import Problems
from bot.rules.yaml_source import plain, read_yaml

ROOT = Path(__file__).resolve().parents[3]
FLOWS = sorted(
    path for path in (ROOT / "flows").glob("*.yaml") if ".test." not in path.name and path.stem != "factors"
)


def as_editors_see(text: str) -> object:
    document = read_yaml(text, Problems("flow.yaml"))
    assert document is not None
    return json.loads(json.dumps(plain(document), default=float))


def complaints(text: str) -> list[str]:
    return [error.message for error in Draft7Validator(schema()).iter_errors(as_editors_see(text))]


def test_every_made_page_is_up_to_date() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in made().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "scripts/keepline flow pages"


def test_the_schema_is_a_schema_and_is_shipped() -> None:
    Draft7Validator.check_schema(schema())
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_shipped_flow_fits_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert complaints(text) == []
    assert text.startswith("# yaml-language-server: $schema=flow.schema.json\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expires: 6h", "expires: soon"),
        ("    accept: [1]\n", "    acept: [1]\n"),
        ("undelivered: invite_by_call", "undeliverd: invite_by_call"),
        ("purpose: marketing ", "purpose: markting "),
        ("    grant: offer.bonus\n", "    grant: a lot\n"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(old: str, new: str) -> None:
    text = (ROOT / "flows" / "low_balance_recharge.yaml").read_text(encoding="utf-8")
    assert old in text
    assert complaints(text.replace(old, new, 1)) != []


def test_every_kind_and_every_code_has_its_place_in_the_pages() -> None:
    pages = {path.name: text for path, text in made().items()}
    assert all(f"## {kind}\n" in pages["steps.md"] for kind in KINDS)
    assert all(f"| {code} |" in pages["problems.md"] for code in CODES)

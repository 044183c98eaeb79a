"""Every word that the console shows goes through gettext and has its Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from bot.domain.attempts import AttemptStatus
from bot.domain.brakes import Cause
from bot.domain.campaigns import CampaignStatus, SendOrder
from bot.domain.contact import Reason
from bot.domain.grants import GrantStatus
from bot.domain.manual_calls import ManualCallStatus
from bot.domain.marks import DEFAULT_MARKS, Precedence, Treatment
from bot.domain.policy import DEFAULT, PURPOSES, Per
from bot.domain.policy.comparison import Direction
from bot.domain.roles import Role
from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.flow.model import BUSINESS_EVENTS
from bot.forecast.tally import OUTCOMES
from bot.policies import policy_names
from console import catalogue, labels

TEMPLATES = sorted((catalogue.CONSOLE / "templates").rglob("*.html"))
SHOWN_ATTRIBUTES = {"title", "aria-label", "alt", "placeholder", "aria-description"}
OUR_NAME = "Keepline"


class Texts(HTMLParser):
    """Collects what a reader would see: text between tags, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_data(self, data: str) -> None:
        self.seen.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]


def bare_words(source: str) -> list[str]:
    """What stands in a template outside `_()` and `{% trans %}`."""
    kept, in_trans, block = [], False, ""
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "block_begin":
            block = ""
        elif kind == "name" and not block:
            block = value
            in_trans = {"trans": True, "endtrans": False}.get(value, in_trans)
        elif kind == "data" and not in_trans:
            kept.append(value)
    parser = Texts()
    parser.feed("".join(kept))
    texts = (text.replace(OUR_NAME, "") for text in parser.seen)
    return [text.strip() for text in texts if re.search(r"[^\W\d_]", text)]


def test_the_check_sees_bare_text_and_bare_attributes() -> None:
    source = """<p title="Shown">{{ _("fine") }} bare {% trans %}fine{% endtrans %}</p>
                <a aria-label="{{ _('fine') }}"></a>"""
    assert bare_words(source) == ["Shown", "bare"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_text_outside_gettext(template: Path) -> None:
    assert bare_words(template.read_text()) == []


def test_every_text_in_the_code_is_in_the_catalogue_and_none_is_left_over() -> None:
    wanted = {one.id for one in catalogue.extracted() if one.id}
    stored = {one.id for one in catalogue.stored() if one.id}
    assert wanted == stored, "run: python -m console.catalogue"


def test_every_text_has_its_chinese() -> None:
    assert catalogue.untranslated(catalogue.stored()) == []


def test_a_translation_uses_the_same_placeholders() -> None:
    def placeholders(text: object) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", str(text)))

    differing = [
        one.id for one in catalogue.stored() if one.id and placeholders(one.id) != placeholders(one.string)
    ]
    assert differing == []


def test_the_committed_mo_is_made_from_the_committed_po() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.stored())


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("campaign", CampaignStatus),
        ("attempt", AttemptStatus),
        ("grant", GrantStatus),
        ("manual_call", ManualCallStatus),
        ("work_order", WorkOrderStatus),
        ("disposition", Disposition),
        ("reason", Reason),
        ("role", Role),
        ("roles", Role),
        ("forecast", OUTCOMES),
        ("send_order", SendOrder),
        ("brake", Cause),
        ("per", Per),
        ("event", BUSINESS_EVENTS),
        ("policy", policy_names()),
        ("policy_part", DEFAULT),
        ("direction", Direction),
        ("purpose", PURPOSES),
        ("mark", DEFAULT_MARKS),
        ("treatment", set(Treatment) - {Treatment.AS_USUAL}),
        ("precedence", set(Precedence) - {Precedence.USUAL}),
    ],
)
def test_every_value_of_the_product_has_a_word(kind: str, values: Iterable[str]) -> None:
    assert {str(value) for value in values} <= set(labels.WORDS[kind])

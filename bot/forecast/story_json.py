"""A customer's story as JSON: the facts for programs, with the sentence for people beside each."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bot.domain.numbers import masked
from bot.forecast.explain import Chapter, Story
from bot.forecast.happened import Entry
from bot.forecast.step_titles import StepTitles
from bot.forecast.story_words import Teller, zone_of


def to_json(story: Story, language: str, steps: StepTitles) -> dict[str, Any]:
    """Every decision, also those that a screen folds into one."""
    teller = Teller(language, zone_of(story) or UTC, steps)
    one = story.subject
    return {
        "customer": {
            "id": one.id,
            "external_id": one.external_id,
            "number": masked(one.msisdn),
            "status": one.status,
            "time_zone": one.time_zone,
            "consents": list(one.consents),
            "complaint_open": one.complaint_open,
            "refusals": [{"channel": each.channel, "purpose": each.purpose} for each in story.refusals],
        },
        "entries": [_entry(entry, story.campaign_of(entry), teller) for entry in story.entries],
        "campaigns": [_chapter(chapter, teller) for chapter in story.chapters],
    }


def _entry(entry: Entry, campaign: str | None, teller: Teller) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "campaign": campaign,
        "facts": dict(entry.facts),
        "words": teller.line(entry).sentence,
    }


def _chapter(chapter: Chapter, teller: Teller) -> dict[str, Any]:
    return {
        "id": chapter.campaign_id,
        "campaign": chapter.campaign,
        "status": chapter.campaign_status,
        "flow": chapter.flow,
        "revision": chapter.revision,
        "arm": chapter.arm,
        "result": chapter.result,
        "contacts": chapter.conclusion.contacts,
        "why_not": chapter.conclusion.why,
        "facts": dict(chapter.conclusion.facts),
        "words": teller.conclusion(chapter),
    }

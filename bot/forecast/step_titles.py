"""What a story's steps are called in the flow of their run: its own revision, for the next may call them otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow.text import in_language
from bot.forecast.explain import Story
from bot.published import PublishedFlows
from bot.store.transaction import Tx

#: By run and step; a step without a title is not in it.
StepTitles = Mapping[tuple[int | None, str], str]


def step_titles(tx: Tx, story: Story, flows: PublishedFlows, language: str) -> StepTitles:
    return {
        (chapter.run_id, step.name): in_language(step.title, language)
        for chapter in story.chapters
        if chapter.revision is not None
        for step in flows.get(tx, chapter.revision).steps.values()
        if step.title
    }

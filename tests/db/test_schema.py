"""The migrations and the models are one schema, with one head."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from bot.store.migrate import configuration, differences, migrate


def test_models_equal_the_migrated_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) == []


def test_there_is_one_head(engine: Engine) -> None:
    heads = ScriptDirectory.from_config(configuration()).get_heads()
    assert len(heads) == 1
    assert migrate(engine) == heads[0]

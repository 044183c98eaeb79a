"""Bring a database to the newest schema, under a lock so that two starters do not race."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from bot.store import locks
from bot.store.models import Row


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> str:
    """Apply what is missing; returns the head revision that the database now has."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": locks.MIGRATION})
        config = configuration(connection)
        command.upgrade(config, "head")
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def differences(connection: Connection) -> list[object]:
    """What the models say and the migrated schema does not; empty when they are equal."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Row.metadata))

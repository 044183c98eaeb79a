"""Alembic's entry: migrations run on the connection that `bot.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from bot.store.models import Row

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Row.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()

"""`keepline db`: the schema."""

from __future__ import annotations

import click

from bot.bootstrap import wired
from bot.store.migrate import differences, migrate


@click.group("db")
def group() -> None:
    """Set up the database, and check that it fits this version."""


@group.command("migrate")
def migrate_command() -> None:
    """Bring the tables of the database to this version; run it after every update."""
    head = migrate(wired().engine)
    click.echo(f"schema is at {head}")


@group.command("check")
def check() -> None:
    """Check that the database's tables are those of this version; exit 1 where they differ."""
    with wired().engine.connect() as connection:
        found = differences(connection)
    for difference in found:
        click.echo(str(difference), err=True)
    if found:
        raise click.ClickException(f"{len(found)} differences")
    click.echo("schema equals the models")

"""`keepline db`: the schema."""

from __future__ import annotations

import click

from bot.bootstrap import wired
from bot.store.migrate import differences, migrate


@click.group("db")
def group() -> None:
    """The database's schema."""


@group.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    head = migrate(wired().engine)
    click.echo(f"schema is at {head}")


@group.command("check")
def check() -> None:
    """Compare the database's schema with the models; exit 1 where they differ."""
    with wired().engine.connect() as connection:
        found = differences(connection)
    for difference in found:
        click.echo(str(difference), err=True)
    if found:
        raise click.ClickException(f"{len(found)} differences")
    click.echo("schema equals the models")

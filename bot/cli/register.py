"""`keepline register`: who must not be contacted, why, since when, and by whose word."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from bot.cli.acting import acting, acting_if_known, acting_user
from bot.cli.audience import progress_bar
from bot.cli.one_line import said_in_one_line
from bot.cli.register_marks import mark, marks, unmark
from bot.cli.register_patterns import pattern
from bot.cli.register_screen import in_words, show_import, show_standing
from bot.cli.register_words import (
    channel_option,
    number_of,
    purpose_option,
    region_option,
    scope_of,
    topic_option,
    user_id_of,
    wired_parts,
)
from bot.domain.consents import CONSENTS
from bot.domain.refusals import Action, Scope, Source
from bot.domain.seals import make_seal
from bot.register.check import check
from bot.register.consenting import Given, record_consent
from bot.register.export import export_lines
from bot.register.importing import ListFile, import_list
from bot.register.record import Wish, erase, record


@click.group("register")
def group() -> None:
    """Who may not be contacted, and why: refusals, do-not-call lists, red and black lists."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "list_name", metavar="NAME", help="The list; without it, it is called like the file.")
@click.option(
    "--column",
    metavar="NAME",
    help="The CSV column with the numbers; without it, it is found by name or content.",
)
@region_option
@channel_option
@purpose_option
@topic_option
@click.option("--replace", is_flag=True, help="Also take numbers off the list that FILE does not have.")
@click.option(
    "--despite-rejects", is_flag=True, help="With --replace: even if some rows of FILE cannot be read."
)
@acting_if_known
def import_(
    file: Path,
    list_name: str | None,
    column: str | None,
    region: str | None,
    channel: str,
    purpose: str,
    topic: str,
    replace: bool,
    despite_rejects: bool,
    login: str | None,
) -> None:
    """Put the numbers of FILE on a do-not-call list.

    FILE has one number a line, or is a CSV with a column of them.
    """
    parts = wired_parts()
    source = ListFile(
        path=file,
        name=list_name or file.stem,
        column=column,
        scope=scope_of(channel, purpose, topic),
        replacing=replace,
        despite_rejects=despite_rejects,
    )
    with said_in_one_line(), progress_bar() as progress:
        report = import_list(
            parts.transaction,
            source,
            now=parts.clock.now(),
            region=region or parts.settings.default_region,
            rejects_folder=parts.settings.var_dir / "rejects",
            seal=make_seal(parts.settings.secret_key),
            user_id=user_id_of(parts, login),
            progress=progress,
        )
    show_import(source.name, report)


@group.command("check")
@click.argument("number")
@region_option
def check_(number: str, region: str | None) -> None:
    """Show what forbids to contact NUMBER, and how it came to that."""
    parts = wired_parts()
    msisdn = number_of(parts, number, region)
    with parts.transaction() as tx:
        standing = check(tx, msisdn)
    show_standing(msisdn, standing)


@group.command("add")
@click.argument("number")
@region_option
@channel_option
@purpose_option
@topic_option
@click.option("--evidence", help="Where the customer's request is kept.")
@click.option("--wording", help="What the customer said.")
@acting
def add(
    number: str,
    region: str | None,
    channel: str,
    purpose: str,
    topic: str,
    evidence: str | None,
    wording: str | None,
    login: str,
) -> None:
    """Note that NUMBER does not want to be contacted.

    What is queued for it is cancelled within a second.
    """
    scope = scope_of(channel, purpose, topic)
    _record(Action.SUPPRESS, Source.OPERATOR, number, region, scope, evidence, wording, login)


@group.command("restore")
@click.argument("number")
@region_option
@channel_option
@purpose_option
@topic_option
@click.option("--evidence", required=True, help="Where the customer's own request is kept.")
@click.option("--wording", help="What the customer said.")
@acting
def restore(
    number: str,
    region: str | None,
    channel: str,
    purpose: str,
    topic: str,
    evidence: str,
    wording: str | None,
    login: str,
) -> None:
    """Note that NUMBER wants to hear from us again, by the customer's own request."""
    scope = scope_of(channel, purpose, topic)
    _record(Action.RESTORE, Source.MANAGER_RESTORE, number, region, scope, evidence, wording, login)


@group.command("consent")
@click.argument("customer")
@click.argument("consent", metavar="CONSENT", type=click.Choice(CONSENTS))
@click.option("--evidence", required=True, help="Where the customer's own word is kept.")
@click.option("--wording", help="What the customer was asked, and agreed to.")
@click.option("--withdraw", is_flag=True, help="The customer agrees to it no more.")
@acting
def consent(
    customer: str, consent: str, evidence: str, wording: str | None, withdraw: bool, login: str
) -> None:
    """Note that CUSTOMER (an external id) agrees to be contacted, or no more (--withdraw).

    CONSENT is sms:marketing, sms:service, call:marketing, call:service or voice:marketing; the last is one in writing,
    to a machine-made voice.
    """
    parts = wired_parts()
    given = Given(customer, consent, evidence, wording, withdrawn=withdraw)
    with said_in_one_line(), parts.transaction() as tx:
        record_consent(tx, given, now=parts.clock.now(), user_id=acting_user(tx, login).id)
    click.echo(f"customer {customer}: {consent} {'withdrawn' if withdraw else 'given'}")


@group.command("erase")
@click.argument("customer")
@acting
def erase_(customer: str, login: str) -> None:
    """Take the number of CUSTOMER (an external id) out of the register.

    The refusal stays, under a keyed hash: the number is not contacted again.
    """
    parts = wired_parts()
    with said_in_one_line(), parts.transaction() as tx:
        user_id = acting_user(tx, login).id
        seal = make_seal(parts.settings.secret_key)
        sealed = erase(tx, customer, seal, now=parts.clock.now(), user_id=user_id)
    click.echo(f"customer {customer}: {sealed} lines sealed; not contacted again")


@group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unmask", is_flag=True, help="Write whole numbers, not masked ones; the audit notes it.")
@acting
def export(file: Path, unmask: bool, login: str) -> None:
    """Write every line of the register to FILE, as CSV."""
    parts = wired_parts()
    try:
        with parts.transaction() as tx:
            user_id = acting_user(tx, login).id  # before the file is emptied
            with file.open("w", encoding="utf-8-sig", newline="") as target:
                writer = csv.writer(target)
                lines = export_lines(tx, writer, unmask=unmask, user_id=user_id, now=parts.clock.now())
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None
    click.echo(f"{file}: {lines} lines")


def _record(
    action: Action,
    source: Source,
    number: str,
    region: str | None,
    scope: Scope,
    evidence: str | None,
    wording: str | None,
    login: str,
) -> None:
    parts = wired_parts()
    wish = Wish(
        action, scope, source, msisdn=number_of(parts, number, region), evidence=evidence, wording=wording
    )
    with said_in_one_line(), parts.transaction() as tx:
        recorded = record(tx, wish, now=parts.clock.now(), user_id=acting_user(tx, login).id)
    done = "refuses" if action is Action.SUPPRESS else "is restored for"
    more = "; its runs end" if recorded.runs_told else ""
    click.echo(f"{recorded.masked} {done} {in_words(scope.channel, scope.purpose, scope.topic)}{more}")


for command in (mark, unmark, marks, pattern):
    group.add_command(command)

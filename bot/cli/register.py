"""`keepline register`: who must not be contacted, why, since when, and by whose word."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from bot.cli.audience import progress_bar
from bot.cli.register_marks import mark, marks, unmark
from bot.cli.register_patterns import pattern
from bot.cli.register_screen import in_words, show_import, show_standing
from bot.cli.register_words import (
    acting_if_known,
    channel_option,
    number_of,
    purpose_option,
    region_option,
    scope_of,
    topic_option,
    user_id_of,
    user_of,
    wired_parts,
)
from bot.cli.work_order import acting
from bot.domain.consents import CONSENTS
from bot.domain.refusals import Action, Scope, Source
from bot.domain.seals import make_seal
from bot.register.check import check
from bot.register.consenting import Given, record_consent
from bot.register.errors import RegisterError
from bot.register.export import export_lines
from bot.register.importing import ListFile, import_list
from bot.register.record import Wish, erase, record


@click.group("register")
def group() -> None:
    """The register: refusals, do-not-call lists, number patterns, erasure; named lists of customers."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "list_name", help="Which list it is; without it, the file's name.")
@click.option(
    "--column", help="The CSV column with the numbers; without it, it is found by its name or content."
)
@region_option
@channel_option
@purpose_option
@topic_option
@click.option("--replace", is_flag=True, help="Take off the list what it held and FILE lacks.")
@click.option("--despite-rejects", is_flag=True, help="Do so although rows of FILE cannot be read.")
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
    """Take the numbers of FILE (one a line, or a CSV column) into a do-not-call list."""
    parts = wired_parts()
    source = ListFile(
        path=file,
        name=list_name or file.stem,
        column=column,
        scope=scope_of(channel, purpose, topic),
        replacing=replace,
        despite_rejects=despite_rejects,
    )
    try:
        with progress_bar() as progress:
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
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    show_import(source.name, report)


@group.command("check")
@click.argument("number")
@region_option
def check_(number: str, region: str | None) -> None:
    """What holds against NUMBER, and the whole story."""
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
    """NUMBER refuses; runs that this ends are ended within a second."""
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
    """NUMBER wants to hear from us again, and there is evidence of it."""
    scope = scope_of(channel, purpose, topic)
    _record(Action.RESTORE, Source.MANAGER_RESTORE, number, region, scope, evidence, wording, login)


@group.command("consent")
@click.argument("customer")
@click.argument("consent", type=click.Choice(CONSENTS))
@click.option("--evidence", required=True, help="Where the customer's own word is kept.")
@click.option("--wording", help="What the customer was asked, and agreed to.")
@click.option("--withdraw", is_flag=True, help="The customer agrees to it no more.")
@acting
def consent(
    customer: str, consent: str, evidence: str, wording: str | None, withdraw: bool, login: str
) -> None:
    """CUSTOMER (by external id) agrees to CONSENT; voice:marketing is one in writing, to a machine-made voice."""
    parts = wired_parts()
    given = Given(customer, consent, evidence, wording, withdrawn=withdraw)
    try:
        with parts.transaction() as tx:
            record_consent(tx, given, now=parts.clock.now(), user_id=user_of(tx, login))
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"customer {customer}: {consent} {'withdrawn' if withdraw else 'given'}")


@group.command("erase")
@click.argument("customer")
@acting
def erase_(customer: str, login: str) -> None:
    """Take CUSTOMER's number (by external id) out of the register; the refusal stays, under a keyed hash."""
    parts = wired_parts()
    try:
        with parts.transaction() as tx:
            user_id = user_of(tx, login)
            seal = make_seal(parts.settings.secret_key)
            sealed = erase(tx, customer, seal, now=parts.clock.now(), user_id=user_id)
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"customer {customer}: {sealed} lines sealed; not contacted again")


@group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unmask", is_flag=True, help="Whole numbers; noted in the audit.")
@acting
def export(file: Path, unmask: bool, login: str) -> None:
    """Write every line of the register to FILE, as CSV."""
    parts = wired_parts()
    try:
        with parts.transaction() as tx, file.open("w", encoding="utf-8-sig", newline="") as target:
            lines = export_lines(
                tx, csv.writer(target), unmask=unmask, user_id=user_of(tx, login), now=parts.clock.now()
            )
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
    try:
        with parts.transaction() as tx:
            recorded = record(tx, wish, now=parts.clock.now(), user_id=user_of(tx, login))
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    done = "refuses" if action is Action.SUPPRESS else "is restored for"
    more = "; its runs end" if recorded.runs_told else ""
    click.echo(f"{recorded.masked} {done} {in_words(scope.channel, scope.purpose, scope.topic)}{more}")


for command in (mark, unmark, marks, pattern):
    group.add_command(command)

"""The command line: `scripts/keepline ...`. Exit 0 done, 1 a failure said in one line, 2 wrong usage."""

from __future__ import annotations

import sys

import click
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.cli import (
    audience,
    campaign,
    db,
    flow,
    global_control,
    notices,
    register,
    report,
    run,
    user,
    work_order,
)
from bot.config import ConfigError
from bot.domain.policy import PolicyError
from bot.prices import PriceError

PROGRAM = "scripts/keepline"  # what people type: the usage lines, the help and the errors say so


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name=PROGRAM)
def keepline() -> None:
    """Keepline keeps a telecom operator's customers on the line.

    `scripts/keepline COMMAND --help` tells more of each command.
    """


for group in (
    db.group, audience.group, flow.group, campaign.group, global_control.group, register.group, work_order.group,
    report.group, notices.notices_, user.group, run.group
):  # fmt: skip
    keepline.add_command(group)


def main() -> None:
    try:
        keepline(prog_name=PROGRAM)
    except (ConfigError, PolicyError, PriceError) as error:
        _fail(str(error))
    except OperationalError as error:
        _fail(f"database: {str(error.orig).strip().splitlines()[0]}")
    except ProgrammingError as error:
        if not isinstance(error.orig, (UndefinedTable, UndefinedColumn)):
            raise
        _fail("the database has not the tables of this version yet: run `scripts/keepline db migrate`")


def _fail(message: str) -> None:
    print(f"Error: {message}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()

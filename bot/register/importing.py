"""A do-not-call list becomes lines of the register: all of its good rows or, where the file cannot be used, nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.refusals import EVERYTHING, Scope, Source
from bot.domain.seals import Seal
from bot.register.errors import NumberError, RegisterError
from bot.register.number_file import NumberFile, open_numbers
from bot.register.numbers import NumberReader
from bot.register.rejects import Rejects
from bot.register.report import ListReport, Progress, silent
from bot.register.runs import ends_runs, opt_out_payload
from bot.store import audit, do_not_call
from bot.store.do_not_call import NumberList, ReadFile
from bot.store.transaction import Transaction, Tx

CHUNK = 20_000

Put = Callable[[list[str]], None]


@dataclass(frozen=True, slots=True)
class ListFile:
    """Which file is which list. `replacing`: what it lacks is taken off; with `despite_rejects` even though rows of it
    could not be read, one of which might have been such a number."""

    path: Path
    name: str
    column: str | None = None
    scope: Scope = EVERYTHING
    replacing: bool = False
    despite_rejects: bool = False


def import_list(
    transaction: Transaction,
    source: ListFile,
    *,
    now: datetime,
    region: str,
    rejects_folder: Path,
    seal: Seal | None = None,
    user_id: int | None = None,
    progress: Progress = silent,
) -> ListReport:
    """Raises RegisterError. The same file twice adds nothing; numbers of `region` may lack their calling code."""
    reader = _reader(region)
    with (
        open_numbers(source.path, source.column) as file,
        Rejects(rejects_folder, file.name) as rejects,
        transaction() as tx,
    ):
        one = _open(tx, source, now)
        rows_read = _stage(tx, file, reader, rejects, _erased(tx, one, seal), progress)
        read = ReadFile(file.name, _sha256(source.path), rows_read, rejects.count)
        taking_off = _takes_off(source, read)
        import_id = do_not_call.begin_import(tx, one.id, read, replacing=taking_off, user_id=user_id, now=now)
        merged = do_not_call.merge(tx, one, import_id, taking_off=taking_off, user_id=user_id, now=now)
        told = _tell(tx, one, import_id, now)
        facts = {"list": source.name, "file": file.name, "added": merged.added, "removed": merged.removed}
        audit.record(tx, user_id, "register.import", f"do_not_call_import:{import_id}", None, facts, now)
        progress("store", rows_read, rows_read)
        return ListReport(
            import_id=import_id,
            rows_read=rows_read,
            rejected=rejects.count,
            added=merged.added,
            removed=merged.removed,
            held_back=source.replacing and not taking_off,
            runs_told=told,
            reject_path=rejects.keep(f"do-not-call-{import_id}"),
            first_rejects=tuple(rejects.first),
        )


def _reader(region: str) -> NumberReader:
    try:
        return NumberReader(region)
    except NumberError as error:
        raise RegisterError(str(error)) from None


def _open(tx: Tx, source: ListFile, now: datetime) -> NumberList:
    one = do_not_call.open_list(tx, source.name, source.scope, now)
    if one.scope != source.scope:
        raise RegisterError(
            f"list {source.name!r} is about {one.scope} (channel:purpose:topic), not {source.scope}: "
            "import it as that, or under another name"
        )
    return one


def _erased(tx: Tx, one: NumberList, seal: Seal | None) -> Callable[[str], str]:
    """A number as it stands in the register: sealed, where it was erased from this list."""
    sealed = do_not_call.sealed(tx, one.id)
    if seal is None or not sealed:
        return str
    return lambda number: sealed_number if (sealed_number := seal(number)) in sealed else number


def _stage(
    tx: Tx,
    file: NumberFile,
    reader: NumberReader,
    rejects: Rejects,
    as_kept: Callable[[str], str],
    progress: Progress,
) -> int:
    """Streams the file into the staging table; answers how many rows it has."""
    rows_read = 0
    chunk: list[str] = []
    with do_not_call.staging(tx) as put:
        for row, cell in file.rows():
            rows_read += 1
            try:
                chunk.append(reader.read(cell))
            except NumberError as error:
                rejects.add(row, str(error))
            if len(chunk) == CHUNK:
                _put(chunk, put, as_kept)
                progress("read", file.done(), file.total)
        _put(chunk, put, as_kept)
    progress("read", file.total, file.total)
    progress("store", 0, rows_read)
    return rows_read


def _takes_off(source: ListFile, read: ReadFile) -> bool:
    """Whether what the file lacks is taken off the list. Raises RegisterError where that would empty it."""
    if source.replacing and read.rows_read == read.rows_rejected:
        raise RegisterError(f"{read.file_name}: holds no number; nothing is taken off list {source.name!r}")
    return source.replacing and (source.despite_rejects or not read.rows_rejected)


def _put(chunk: list[str], put: Put, as_kept: Callable[[str], str]) -> None:
    if chunk:
        put(chunk if as_kept is str else [as_kept(number) for number in chunk])
        chunk.clear()


def _tell(tx: Tx, one: NumberList, import_id: int, now: datetime) -> int:
    """The flows hear of what ends them altogether; what is narrower, the gate denies contact by contact."""
    if not ends_runs(one.scope):
        return 0
    return do_not_call.tell_runs(tx, one, import_id, json.dumps(opt_out_payload(Source.LIST, one.scope)), now)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

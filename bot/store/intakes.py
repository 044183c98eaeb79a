"""Intakes: an audience on its way into its campaign, a chunk a transaction, so that a kill loses and doubles nobody.

Listing goes through the audience by customer and notes who is new, with their place in the order of sending. Then
they are enrolled by place: whoever comes first is enrolled, and spoken to, first. The list is cleared when all of
that is done, or ended: in its own order, which costs a fraction of taking people off it one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import audit
from bot.store.enrolling import Audience, Dealt, Placed

LISTING = "listing"
ENROLLING = "enrolling"
CLEARING = "clearing"
OVER = "over"


@dataclass(frozen=True, slots=True)
class Intake:
    """`found` is the audience, `listed` those of it whom the flow is for and who were not in the campaign yet."""

    id: int
    campaign_id: int
    phase: str
    place: Sequence[float]
    reached: int
    found: int
    listed: int
    treatment: int
    control: int
    global_control: int
    begun_at: datetime

    @property
    def enrolled(self) -> int:
        return self.treatment + self.control

    @property
    def open(self) -> bool:
        return self.phase in (LISTING, ENROLLING)

    @property
    def counted(self) -> bool:
        """Whether `listed` is all of them."""
        return self.phase != LISTING


_COLUMNS = """i.id, i.campaign_id, i.phase, i.place, i.reached, i.found, i.listed, i.treatment, i.control,
    i.global_control, i.begun_at"""
_OPEN = "i.phase IN ('listing', 'enrolling')"

_BEGIN = text("INSERT INTO intakes (campaign_id, begun_at) VALUES (:campaign_id, :now)")
_END = text(
    f"""
    UPDATE intakes i SET phase = '{CLEARING}', ended_at = :now,
        listed = CASE WHEN :complete THEN treatment + control ELSE listed END
    WHERE i.campaign_id = :campaign_id AND {_OPEN}
    RETURNING treatment + control AS enrolled, control
    """
)


def begin(tx: Session, campaign_id: int, now: datetime) -> None:
    """Nothing of an earlier one may be under way."""
    tx.execute(_BEGIN, {"campaign_id": campaign_id, "now": now})


def end(tx: Session, campaign_id: int, now: datetime, *, complete: bool = False) -> None:
    """Whoever has not been enrolled by now stays out.

    A complete one has listed nobody whom the flow was not for: who left meanwhile, or came in by another way, is
    taken off the figure.
    """
    row = tx.execute(_END, {"campaign_id": campaign_id, "now": now, "complete": complete}).one_or_none()
    if row is not None:
        said = {**row._mapping, **({} if complete else {"ended_early": True})}
        audit.record(tx, None, "campaign.round", f"campaign:{campaign_id}", None, said, now)


def newest(tx: Session, campaign_id: int) -> Intake | None:
    """Over or not; without a lock."""
    statement = text(f"SELECT {_COLUMNS} FROM intakes i WHERE i.campaign_id = :id ORDER BY i.id DESC LIMIT 1")
    row = tx.execute(statement, {"id": campaign_id}).one_or_none()
    return None if row is None else Intake(**row._mapping)


def under_way(tx: Session, campaign_id: int) -> Intake | None:
    found = newest(tx, campaign_id)
    return found if found is not None and found.open else None


_WAITING = f"""
    SELECT {_COLUMNS} FROM intakes i JOIN campaigns k ON k.id = i.campaign_id
    WHERE i.phase <> '{OVER}' AND (i.phase = '{CLEARING}' OR k.status = 'running')
    """
# Each chunk writes its intake anew: the one that was written longest ago has waited longest.
_CLAIM = text(
    f"""
    {_WAITING}
    ORDER BY i.phase = '{CLEARING}', k.priority DESC, age(i.xmin) DESC, i.id
    LIMIT 1 FOR NO KEY UPDATE OF k SKIP LOCKED FOR NO KEY UPDATE OF i SKIP LOCKED
    """
)
_SEVERAL = text(f"SELECT count(*) > 1 FROM ({_WAITING} LIMIT 2) waiting")
_CLAIM_OF = text(
    f"""
    {_WAITING} AND i.campaign_id = :campaign_id
    ORDER BY i.id LIMIT 1 FOR NO KEY UPDATE OF k FOR NO KEY UPDATE OF i
    """
)


def claim(tx: Session, campaign_id: int | None = None) -> Intake | None:
    """The next that nobody else is at work on, in a running campaign; of the one that is named, when its turn comes.

    The highest priority comes first; of one priority all come in by turns, so that a small audience does not wait for
    a large one. Lists are cleared when nobody else waits.

    The campaign is locked with it: no move comes in between, and the next one waits for this chunk alone.
    """
    if campaign_id is None:
        row = tx.execute(_CLAIM).one_or_none()
    else:
        row = tx.execute(_CLAIM_OF, {"campaign_id": campaign_id}).one_or_none()
    return None if row is None else Intake(**row._mapping)


def several(tx: Session) -> bool:
    """Whether there is work for more than one of us."""
    return bool(tx.execute(_SEVERAL).scalar_one())


# -- listing ------------------------------------------------------------------------------------------------------


def up_to(tx: Session, intake: Intake, audience: Audience, *, limit: int) -> int | None:
    """The customer with whom the next piece of the audience ends; None behind the last."""
    statement = text(
        f"""
        SELECT max(id) FROM (
            SELECT m.id FROM ({audience.members}) m WHERE m.id > :reached ORDER BY m.id LIMIT {limit:d}) piece
        """
    )
    last: int | None = tx.execute(statement, {**audience.parameters, "reached": intake.reached}).scalar_one()
    return last


def between(audience: Audience, intake: Intake, last: int) -> Audience:
    return Audience(
        f"SELECT n.id, n.status FROM ({audience.select}) n WHERE n.id > :reached AND n.id <= :last",
        {**audience.parameters, "reached": intake.reached, "last": last},
        audience.members,
    )


def note(tx: Session, intake: Intake, people: Placed, *, status: str, last: int) -> None:
    """On the list, whoever of them has that status and is not in the campaign yet."""
    # Probed one by one: a join might read all of the campaign for each piece.
    statement = text(
        f"""
        WITH piece AS MATERIALIZED ({people.select}), noted AS (
            INSERT INTO intake_people (intake_id, place, customer_id)
            SELECT :intake_id, p.place, p.id FROM piece p
            WHERE p.status = :status AND (SELECT true FROM enrolments e WHERE e.campaign_id = :campaign_id
                                                      AND e.customer_id = p.id LIMIT 1) IS NULL
            RETURNING customer_id
        )
        UPDATE intakes SET reached = :last, found = found + (SELECT count(*) FROM piece),
            listed = listed + (SELECT count(*) FROM noted)
        WHERE id = :intake_id
        """
    )
    values = {"intake_id": intake.id, "campaign_id": intake.campaign_id, "status": status, "last": last}
    tx.execute(statement, {**people.parameters, **values})


_ALL_LISTED = text(f"UPDATE intakes SET phase = '{ENROLLING}', reached = 0 WHERE id = :id")


def all_listed(tx: Session, intake: Intake) -> None:
    tx.execute(_ALL_LISTED, {"id": intake.id})


# -- enrolling ----------------------------------------------------------------------------------------------------

_PIECE = "p.intake_id = :intake_id AND (p.place, p.customer_id) > (cast(:place AS float8[]), cast(:reached AS bigint))"
_UP_TO = "(p.place, p.customer_id) <= (cast(:last_place AS float8[]), cast(:last AS bigint))"
_COUNT = text(
    """
    UPDATE intakes SET place = :last_place, reached = :last, treatment = treatment + :treatment,
        control = control + :control, global_control = global_control + :global_control
    WHERE id = :intake_id
    """
)


@dataclass(frozen=True, slots=True)
class Piece:
    """The next ones of the list, up to and with the last."""

    intake: Intake
    place: Sequence[float]
    customer_id: int

    @property
    def values(self) -> dict[str, Any]:
        return {
            "intake_id": self.intake.id,
            "place": list(self.intake.place),
            "reached": self.intake.reached,
            "last_place": list(self.place),
            "last": self.customer_id,
        }

    def people(self, *, one_by_one: bool) -> Placed:
        return Placed(
            f"""
            SELECT p.customer_id AS id, c.status, p.place
            FROM intake_people p JOIN customers c ON c.id = p.customer_id WHERE {_PIECE} AND {_UP_TO}
            """,
            self.values,
            one_by_one,
        )


def next_piece(tx: Session, intake: Intake, *, limit: int) -> Piece | None:
    statement = text(
        f"""
        SELECT * FROM (SELECT p.place, p.customer_id FROM intake_people p WHERE {_PIECE}
                       ORDER BY p.place, p.customer_id LIMIT {limit:d}) piece
        ORDER BY place DESC, customer_id DESC LIMIT 1
        """
    )
    values = {"intake_id": intake.id, "place": list(intake.place), "reached": intake.reached}
    row = tx.execute(statement, values).one_or_none()
    return None if row is None else Piece(intake, row.place, row.customer_id)


def count(tx: Session, piece: Piece, dealt: Dealt) -> None:
    """They are enrolled; the next piece begins behind them."""
    added = {
        "treatment": dealt.treatment,
        "control": dealt.control,
        "global_control": dealt.global_control,
    }
    tx.execute(_COUNT, {**piece.values, **added})


_FINISH = text(f"UPDATE intakes SET phase = '{OVER}' WHERE id = :id")


def finish(tx: Session, intake: Intake) -> None:
    tx.execute(_FINISH, {"id": intake.id})


def clear(tx: Session, intake: Intake, *, limit: int) -> bool:
    """A piece of its list; whether there was one."""
    statement = text(
        f"""
        DELETE FROM intake_people WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM intake_people WHERE intake_id = :id LIMIT {limit:d}))
        """
    )
    return bool(tx.execute(statement, {"id": intake.id}).rowcount)  # type: ignore[attr-defined]

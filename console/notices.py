"""What the product tells its operators by itself: brakes that stopped a campaign, limits reached; read once for all."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from bot.domain.notices import in_words
from bot.domain.roles import Right, having
from bot.store import audit, notices
from console import given, language, wiring
from console.sign_in import only

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

PAGE = 50


@blueprint.get("/")
@only(*having(Right.WATCH))
def listing() -> ResponseReturnValue:
    unread = given.query().get("show") != "all"
    number = given.page()
    with wiring.wired().transaction() as tx:
        found = notices.newest(tx, limit=PAGE + 1, unread=unread, offset=(number - 1) * PAGE)
    return render_template(
        "notices/list.html",
        notices=[(one, in_words(one.kind, one.details, language.selected())) for one in found[:PAGE]],
        unread=unread,
        number=number,
        more=len(found) > PAGE,
    )


@blueprint.post("/read")
@only(*having(Right.WATCH))
def read() -> ResponseReturnValue:
    """Those that stood on the page, and no newer ones; who has taken note of which is written down."""
    shown = [given.id_in(one) for one in given.form().getlist("id")]
    reader, now = int(current_user.id), wiring.now()
    with wiring.wired().transaction() as tx:
        done = notices.mark_read(tx, [one for one in shown if one is not None], reader, now)
        for one in done:
            audit.record(tx, reader, "notice.read", f"notice:{one}", None, None, now)
    if done:
        flash(
            ngettext("%(num)s notice is marked as read.", "%(num)s notices are marked as read.", len(done)),
            "good",
        )
    else:
        flash(_("Somebody has read it already."), "good")
    return redirect(url_for("notices.listing"), 303)


def unread() -> int:
    """For the frame of every page."""
    with wiring.wired().transaction() as tx:
        return notices.unread(tx)

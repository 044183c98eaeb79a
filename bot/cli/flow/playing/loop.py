"""The loop of `keepline flow play`: a line is typed, something comes of it, and no mistake ends the session."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.cli.flow.files import golden_of
from bot.cli.flow.playing.choices import choices
from bot.cli.flow.playing.customer import in_words
from bot.cli.flow.playing.screen import Screen
from bot.cli.flow.playing.session import Session
from bot.cli.flow.playing.typed import Command, Misread, Sms, understand
from bot.domain.wall_clock import zone
from bot.flow.formats import Manner, write
from bot.flow.golden import Input, read_golden
from bot.flow.golden.saving import CannotSave, added_to, new_file
from bot.flow.graph import to_text
from bot.flow.load import FlowError
from bot.flow.play import NotNow
from bot.flow.replies import Meaning
from bot.flow.replies import understand as meaning_of
from bot.flow.text import in_language

HELP = """\
You are the customer. What you type is sent as an SMS, unless it is one of these:
  the phone    answer · busy · no answer · voicemail · failed · press 1 · say yes · silence · hang up
               transfer answered · transfer unanswered
  an SMS       reply TEXT (any words, also those below) · undelivered (the last message never came)
  the world    recharge 50 · event complaint · event offnet_warning operator=X amount=5
               grant ok · grant refused · close saved (a manager's order) · deny no_consent (the next contact)
  time         wait 25h · until 10:00 · until mon 10:00 · until 2026-03-05 10:00
  the session  facts · state · graph · undo · save FILE (as a golden conversation) · help · quit"""


def converse(screen: Screen, session: Session, path: Path) -> None:
    """Until the customer quits; EOFError at the end of what is typed."""
    _introduce(screen, session)
    screen.lines(session.conversation.lines)
    while True:
        if screen.for_people:
            screen.note(f"  {' · '.join(choices(session.conversation))}")
        typed = screen.ask(f"{screen.clock(session.conversation.now)} › ")
        try:
            if not _carry_out(screen, session, path, typed):
                return
        except NotNow as error:
            screen.wrong(f"not now: {error}")
        except Misread as error:
            screen.wrong(str(error))
        except (KeyError, ValueError) as error:  # a text or a value that `flow check` would have missed
            session.restore()
            screen.wrong(f"the flow cannot go on like this: {error}; see scripts/keepline flow check")


def _introduce(screen: Screen, session: Session) -> None:
    flow, customer = session.flow, session.customer
    title = in_language(flow.title, customer.language) if flow.title else flow.name
    screen.note(f"{flow.name}: {title}", "bold")
    screen.note(
        "customer: " + ", ".join(f"{name}={in_words(value)}" for name, value in customer.facts.items())
    )
    screen.note("type help for what you can do, Ctrl-D or quit to leave")


def _carry_out(screen: Screen, session: Session, path: Path, line: str) -> bool:
    """False to leave."""
    conversation = session.conversation
    listening = conversation.prompt is not None and conversation.prompt.speech
    typed = understand(line, on_the_line=conversation.talking, listening=listening)
    if isinstance(typed, Command):
        return _command(screen, session, path, typed)
    if typed is None:
        screen.note(f"{' · '.join(choices(conversation))}")
    elif isinstance(typed, Sms):
        _give(screen, session, typed.input)
        if typed.hint:
            screen.wrong(f"sent as an SMS: {typed.hint} (undo takes it back)")
    else:
        _give(screen, session, typed)
    return True


def _give(screen: Screen, session: Session, one: Input) -> None:
    happened = session.give(one)
    screen.mine(one)
    if one.verb in ("reply", "say"):
        screen.note(f"  understood as: {_understood(one.value)}")
    screen.lines(happened)
    if not happened and one.verb in ("advance", "until"):
        screen.note(f"{screen.clock(session.conversation.now)}: nothing has happened")
    elif not happened:
        screen.note("the flow does nothing about it now")


def _understood(words: str) -> str:
    found = meaning_of(words)
    if found.meaning is Meaning.KEY:
        return f"{found.key} ({found.wording})" if found.wording != found.key else str(found.key)
    return found.meaning.replace("_", " ") + (f" ({found.wording})" if found.wording else "")


def _command(screen: Screen, session: Session, path: Path, command: Command) -> bool:
    match command.name:
        case "quit":
            return False
        case "help":
            screen.note(HELP, "")
        case "facts":
            _show_facts(screen, session)
        case "state":
            _show_state(screen, session)
        case "graph":
            screen.note(_marked(session), "")
        case "undo":
            _undo(screen, session)
        case "save":
            _save(screen, session, path, command.rest)
    return True


def _undo(screen: Screen, session: Session) -> None:
    undone = session.undo()
    if undone is None:
        screen.note("there is nothing to undo")
        return
    screen.note(f"undone: {undone.verb} {undone.value}".rstrip())
    screen.lines(session.conversation.lines[-1:])


def _show_facts(screen: Screen, session: Session) -> None:
    values = {**session.conversation.values(), **session.flow.offer.values()}
    for name, value in values.items():
        screen.note(f"  {name} = {_value(value, session.customer.language)}", "")


def _value(value: object, language: str) -> str:
    return write(value, "days", Manner(language)) if isinstance(value, timedelta) else in_words(value)


def _show_state(screen: Screen, session: Session) -> None:
    conversation = session.conversation
    state = conversation.state
    deadline, ends_at = conversation.deadline, conversation.ends_at
    shown = {
        "step": state.step,
        "result": state.result,
        "visit": state.visit,
        "try": state.try_no or None,
        "waits until": screen.clock(deadline.at)
        if deadline is not None and deadline.visit == state.visit
        else None,
        "the run expires": screen.clock(ends_at) if ends_at is not None and not state.finished else None,
        "accepted by": state.accepted_by,
        "qualified by": state.qualified_by,
        "contacts waiting": ", ".join(
            f"{one.step} (from {screen.clock(one.not_before)})" for one in conversation.due
        ),
        "ways": ", ".join(f"{name}: {way}" for name, way in state.ways.items()),
        **state.values(),
    }
    for name, value in shown.items():
        if value not in (None, ""):
            screen.note(f"  {name}: {value}", "")
    zone_name = session.customer.time_zone
    screen.note(f"  clock: {conversation.now.astimezone(zone(zone_name)):%Y-%m-%d %H:%M} {zone_name}", "")


def _marked(session: Session) -> str:
    """The graph in text, with an arrow at the step that the run stands on."""
    text = to_text(session.flow, session.customer.language)
    here = re.escape(session.conversation.state.step or "")
    return re.sub(rf"^(?={here}  \[)", "▶ ", text, flags=re.MULTILINE) if here else text


def _save(screen: Screen, session: Session, path: Path, rest: str) -> None:
    """`save`, `save FILE`, `save FILE as NAME`; without a file: with the flow's golden conversations."""
    written, _, name = f" {rest}".partition(" as ")
    file = Path(written.strip()) if written.strip() else golden_of(path)
    saved = session.saved(name.strip())
    try:
        if file.exists():
            text = added_to(read_golden(file), str(file), session.flow, saved)
        else:
            text = new_file(session.flow, saved)
        file.write_bytes(text.encode("utf-8"))
    except (CannotSave, FlowError, OSError) as error:
        screen.wrong(f"cannot save: {error}")
        return
    screen.note(f"saved in {file} as: {saved.name}")

"""The terminal of `keepline flow play`: bubbles and a clock for people, plain lines for a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich import box
from rich.align import Align
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.domain.wall_clock import zone
from bot.flow.golden import Input
from bot.flow.transcript import Line

with contextlib.suppress(ImportError):  # not everywhere; where it is, typed lines can be edited and recalled
    import readline as _readline  # noqa: F401

_WIDEST_BUBBLE = 64
_BOLD, _NORMAL = "\001\033[1;36m\002", "\001\033[0m\002"  # marked, so that line editing does not count them
_ON_THE_PHONE = ("says ", "voicemail ", "hangs up", "transfers to ")
_WORTH_A_RULE = timedelta(hours=1)


@dataclass(slots=True)
class Screen:
    zone_name: str
    console: Console = field(default_factory=lambda: Console(markup=False, highlight=False))
    _last: datetime | None = None

    @property
    def for_people(self) -> bool:
        return self.console.is_terminal and sys.stdin.isatty()

    def ask(self, prompt: str) -> str:
        """EOFError at the end of what is typed."""
        if self.for_people:
            return input(f"{_BOLD}{prompt}{_NORMAL}" if self.console.color_system else prompt)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(zone(self.zone_name)):%a %d %b %H:%M}"

    def lines(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if self.for_people:
                self._rule(line.at)
                self._bubble(line)
            else:
                self.console.print(f"{self.clock(line.at)}  {line.headline}", soft_wrap=True)
                if line.words:
                    self.console.print(f"                  {line.words}", soft_wrap=True)

    def mine(self, one: Input) -> None:
        """What the customer did: on the right, where one's own words stand."""
        said = {"reply": one.value, "say": f"“{one.value}”", "press": f"⌨ {one.value}"}.get(one.verb)
        if not self.for_people:
            self.console.print(f"> {one.verb} {one.value}".rstrip(), soft_wrap=True)
        elif said is not None:
            self.console.print(Align.right(self._panel(said, "you", "green")))

    def note(self, text: str, style: str = "dim") -> None:
        self.console.print(Text(text, style), soft_wrap=True)

    def wrong(self, text: str) -> None:
        self.note(text, "yellow")

    def _rule(self, moment: datetime) -> None:
        if self._last is not None and moment - self._last >= _WORTH_A_RULE:
            self.console.rule(self.clock(moment), style="dim")
        self._last = moment

    def _bubble(self, line: Line) -> None:
        title = f"{self.clock(line.at)} · {line.headline}"
        if line.headline.startswith("sms "):
            self.console.print(self._panel(line.words, title, "blue"))
        elif line.headline.startswith(_ON_THE_PHONE) and line.words:
            self.console.print(self._panel(line.words, f"☎ {title}", "magenta"))
        elif line.headline.startswith("call "):
            self.console.print(Text(f"☎ {title}: the phone rings", "bold magenta"))
        elif line.headline.startswith("end "):
            self.console.rule(Text(f"{title.replace('end ', 'the run is over: ')}", "bold"), style="bold")
        else:
            self.console.print(Text(f"  · {title}" + (f": {line.words}" if line.words else ""), "dim"))

    def _panel(self, words: str, title: str, style: str) -> Panel:
        width = min(_WIDEST_BUBBLE, self.console.width - 4)
        fits = max(Text(words).cell_len, Text(title).cell_len) + 6 <= width
        return Panel(
            Text(words, "default"),
            title=Text(title, style),
            title_align="left",
            box=box.ROUNDED,
            border_style=style,
            width=None if fits else width,
            expand=False,
        )

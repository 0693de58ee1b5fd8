"""Commands to a run that goes on: a small file in its folder, which is looked at between steps."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from composer.engine.training.placement import Placement
from composer.training.layout import CONTROL
from composer.training.telling import COMMANDS, Command
from composer.training_reports import What

_PAUSE = 0.1  # seconds between two looks for a command while a run pauses


class Control:
    """Reads the commands that are written to a run's folder from now on, each once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CONTROL
        self._mark = self._seen()
        self._asked: Command | None = None

    def ask(self, command: Command) -> None:
        """Give a command from this process, such as from a handler of a signal."""
        self._asked = command

    def poll(self) -> Command | None:
        """A command that is new; None where there is none. Costs a look at the file's name."""
        asked, self._asked = self._asked, None
        mark = self._seen()
        if asked or mark == self._mark:
            return asked
        self._mark = mark
        with contextlib.suppress(OSError, ValueError, AttributeError):
            command = json.loads(self._path.read_bytes()[:1000]).get("command")
            return command if command in COMMANDS else None
        return None

    def _seen(self) -> tuple[int, int] | None:
        with contextlib.suppress(OSError):
            status = self._path.stat()
            return status.st_mtime_ns, status.st_ino
        return None


class Obedience:
    """Does what a run is told: pauses, goes on, takes one step, stops. All processes of a run do so together.

    `event` is called where the run pauses or goes on, `waiting` again and again while it pauses.
    """

    def __init__(
        self,
        control: Control | None,
        placement: Placement,
        event: Callable[[What], None],
        waiting: Callable[[], None],
    ) -> None:
        self._control, self._placement = control, placement
        self._event, self._waiting = event, waiting
        self.paused = False

    def may_go_on(self) -> bool:
        """Whether another step is to be taken; waits for a command while the run pauses."""
        command = self._command()
        if command in ("pause", "step") and not self.paused:
            self.paused = True
            self._event("paused")
        while self.paused and command in (None, "pause"):
            time.sleep(_PAUSE)
            self._waiting()
            command = self._command()
        if command == "continue" and self.paused:
            self.paused = False
            self._event("continued")
        return command != "stop"

    def _command(self) -> Command | None:
        """The next command, the same in all processes."""
        command = self._control.poll() if self._control else None
        number = int(self._placement.agreed(COMMANDS.index(command) if command else -1))
        return COMMANDS[number] if number >= 0 else None

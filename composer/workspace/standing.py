"""How it stands with a run: by what its program wrote, and whether somebody trains there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from composer.training.layout import LOCK, METRICS
from composer.training.processes import last_words, launched
from composer.training.telling import Command, told
from composer.training_reports import ENDS, EpochRow, EventRow, Measure, row_of

State = Literal["new", "running", "paused", "interrupted", "stopped", "nan", "finished", "failed"]
_TAIL = 2**16  # bytes at the end of the metrics in which the last event is looked for


def state(path: Path) -> State:
    """How it stands with a run, by its last event and whether somebody trains there.

    A run on another machine counts as interrupted where the file system tells nothing of its locks.
    """
    last = last_event(path)
    if is_held(path):
        return "paused" if last and last.event == "paused" else "running"
    if last is None:
        return "new"
    return last.event if last.event in ENDS else "interrupted"  # type: ignore[return-value]


def is_held(path: Path) -> bool:
    """Whether a process of this machine trains in that folder."""
    if not (path / LOCK).exists():
        return False
    try:
        with FileLock(path / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def last_event(path: Path) -> EventRow | None:
    """What happened last in a run, beside checkpoints."""
    for line in _backwards(path / METRICS):
        row = row_of(line) if b'"event"' in line else None
        if isinstance(row, EventRow) and row.event != "checkpoint":
            return row
    return None


def last_test(path: Path) -> tuple[Measure, float] | None:
    """The metric of a run on its test data at the last look, and what it is."""
    value: float | None = None
    for line in _backwards(path / METRICS):
        row = row_of(line) if b'"epoch"' in line or b'"event"' in line else None
        if isinstance(row, EpochRow) and value is None:
            value = row.metric
        elif isinstance(row, EventRow) and row.measure and value is not None:
            return row.measure, value
    return None


def has_begun(path: Path) -> bool:
    """Whether the program that was launched last has begun to train: it has written what started or resumed it."""
    program, last = launched(path), last_event(path)
    return program is None or (last is not None and last.time >= program.time)


def reason(path: Path) -> str:
    """Why a run that nobody trains does not go on, as its program said it; "" where there is nothing to say."""
    last = last_event(path)
    if last is None or last.event not in ENDS or not has_begun(path):
        return last_words(path)
    if last.event in ("nan", "failed"):
        return last.text or last_words(path)
    return ""


def unanswered(path: Path) -> Command | None:
    """What a run that is trained was told and has not done yet: it looks for commands between its steps."""
    order, last = told(path), last_event(path)
    if order is None or last is None or not is_held(path):
        return None
    command, time = order
    answered = last.time
    if command == "step":  # which is no event
        answered = max(answered, (path / METRICS).stat().st_mtime)
    return command if time > answered else None


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its last one on; those at its end again, where more than those are wanted."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        size = path.stat().st_size
        for start in (max(0, size - _TAIL), 0):
            file.seek(start)
            yield from reversed(file.read().splitlines())

"""What recordings are called beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from composer.recordings.recording import Recording


def told_apart(recordings: Mapping[str, Recording]) -> dict[str, str]:
    """The shortest names that tell recordings apart: design, CPU and date where these differ; "" for a single one."""
    if len(recordings) < 2:
        return dict.fromkeys(recordings, "")
    rows = {id: _parts(recording) for id, recording in recordings.items()}
    differ = [len(set(column)) > 1 for column in zip(*rows.values(), strict=True)]
    names = {
        id: ", ".join(part for part, differs in zip(row, differ, strict=True) if differs and part)
        for id, row in rows.items()
    }
    return _unique(names)


def full_names(recordings: Mapping[str, Recording]) -> dict[str, str]:
    """Names that say design, CPU and date, each of them once."""
    return _unique({id: ", ".join(filter(None, _parts(each))) for id, each in recordings.items()})


def _parts(recording: Recording) -> tuple[str, str, str, str]:
    date = recording.date[:16].replace("T", " ")
    return recording.design, recording.machine.cpu, date, "stopped" if recording.stopped else ""


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" if name else id for id, name in names.items()}

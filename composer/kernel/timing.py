"""What a kernel can be asked about devices, and to time on them.

An experiment takes long, and to stop it is to end the process: ask a kernel that holds no live model worth keeping.
"""

from __future__ import annotations

from collections.abc import Mapping

from composer.device_reports import DevicesReport
from composer.kernel.verbs import Progress, State, Verb, read
from composer.recordings.text import dumps, settings_of


def devices(state: State, progress: Progress) -> DevicesReport:
    """What devices there are."""
    from composer.engine.devices import devices as engine

    return engine()


def measure(state: State, progress: Progress, settings: str, text: str = "") -> str:
    """The text of a recording of what `settings` say, which are JSON; `text` is the design's, where one is timed."""
    from composer.engine.timing.experiments import measure as engine

    return dumps(engine(settings_of(settings), read(text) if text else None, progress))


VERBS: Mapping[str, Verb] = {
    "devices": devices,
    "measure": measure,
}

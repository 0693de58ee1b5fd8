"""What a kernel can be asked about devices, and to time on them.

An experiment takes long, and to stop it is to end the process: ask a kernel that holds no live model worth keeping.
"""

from __future__ import annotations

from collections.abc import Mapping

from composer.device_reports import DevicesReport, MixReport, MoveReport
from composer.kernel.verbs import Progress, State, Verb, open_model, read
from composer.recordings.text import dumps, settings_of


def devices(state: State, progress: Progress) -> DevicesReport:
    """What devices there are."""
    from composer.engine.devices import devices as engine

    return engine()


def mix(state: State, progress: Progress) -> MixReport:
    """What torch says to X+Y on two devices."""
    from composer.engine.moving import mix as engine

    return engine()


def move_tensor(state: State, progress: Progress, device: str, always: bool = False) -> MoveReport:
    """Send the book's X, ones of 2×3 on the CPU, to a device; as a copy `always`, if asked."""
    import torch

    from composer.engine import moving
    from composer.engine.devices import device_of

    return moving.move_tensor(torch.ones(2, 3), device_of(device), always)[1]


def try_move(state: State, progress: Progress, text: str, device: str) -> MoveReport:
    """What of the design's live model moves to a device, and where its outputs are for random values that are there.

    It is tried on a copy: the model itself stays. Where lazy layers wait for their sizes, it is not run.
    """
    from composer.engine import moving
    from composer.engine.devices import CPU, device_of
    from composer.engine.lazy import waiting
    from composer.engine.timing.designs import inputs_for

    open_model(state, progress, text)
    assert state.model is not None
    inputs = [] if waiting(state.model) else inputs_for(read(text), 2, {}, CPU)
    return moving.try_move(state.model, device_of(device), inputs)


def measure(state: State, progress: Progress, settings: str, text: str = "") -> str:
    """The text of a recording of what `settings` say, which are JSON; `text` is the design's, where one is timed."""
    from composer.engine.timing.experiments import measure as engine

    return dumps(engine(settings_of(settings), read(text) if text else None, progress))


VERBS: Mapping[str, Verb] = {
    "devices": devices,
    "measure": measure,
    "mix": mix,
    "move_tensor": move_tensor,
    "try_move": try_move,
}

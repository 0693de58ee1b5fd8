"""What a kernel can be asked about moving: a tensor, its live model, and tensors of two devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from composer.device_reports import MixReport, MoveReport
from composer.kernel.verbs import Progress, State, Verb, read


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


def move_model(state: State, progress: Progress, text: str, device: str) -> MoveReport:
    """Move the design's live model to a device, with its gradients and what its optimizer keeps.

    Whatever is done with it afterwards is done there. Values stay the same to the bit, and changes of them can be
    undone as before. It is told where its outputs are for random values, unless lazy layers wait for their sizes.

    Raises:
        MeasureError: where the device is not there, or has not enough memory. The model is then where it was.
    """
    from composer.engine import moving
    from composer.engine.build import saved_names
    from composer.engine.devices import CPU, device_of
    from composer.engine.lazy import waiting
    from composer.engine.optimizing import along, going_on
    from composer.engine.timing.designs import inputs_for
    from composer.kernel.parameters import open_values

    there = device_of(device)
    model, changes = open_values(state, progress, text)
    changes.follow(model)
    report = moving.move_module(model, there)
    changes.rebuilt(model, saved_names(model))  # buffers are other tensors now
    state.device, state.optimizing = str(there), along(model, state.optimizing)
    outputs, error = ((), "") if waiting(model) else moving.outputs_on(model, inputs_for(read(text), 2, {}, CPU))
    gradients = sum(each.grad is not None for each in model.parameters())
    kept = state.optimizing and going_on(model, state.optimizing.kind, state.optimizing)
    optimizer = str(kept) if kept else ""
    return replace(report, outputs=outputs, error=error, gradients=gradients, optimizer=optimizer)


VERBS: Mapping[str, Verb] = {
    "mix": mix,
    "move_model": move_model,
    "move_tensor": move_tensor,
}

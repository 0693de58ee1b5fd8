"""What a kernel can be asked about training by hand: one step, which can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from composer.kernel.parameters import open_values
from composer.kernel.verbs import Progress, State, Verb, read, sample_for, signals
from composer.signals import STEP, GradientsReport


def step(
    state: State,
    progress: Progress,
    text: str,
    data: str,
    samples: int,
    seed: int,
    loss: str,
    training: bool,
    rate: float,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> GradientsReport:
    """One step of plain SGD on a batch, and then what `gradients` tells of the same batch."""
    from composer.engine.stepping import stepped

    model, changes = open_values(state, progress, text)
    sample = sample_for(read(text), model, data, samples, seed, inputs)
    values, before = stepped(model, sample, loss, training, seed, rate)
    if values:
        changes.replace(model, values, f"{STEP}, learning rate {rate:g}")
        state.initial = False
    return replace(signals(state, model, text, data, samples, seed, loss, training, inputs), before=before)


VERBS: Mapping[str, Verb] = {"step": step}

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
    kind: str = "SGD",
) -> GradientsReport:
    """One step of an optimizer on a batch, and then what `gradients` tells of the same batch.

    An optimizer of the same kind goes on with what it kept from its last step.
    """
    from composer.engine.stepping import stepped

    model, changes = open_values(state, progress, text)
    sample = sample_for(read(text), model, data, samples, seed, inputs)
    done = stepped(model, sample, loss, training, seed, rate, kind, state.optimizing)
    state.optimizing = done.optimizing
    if done.values:
        changes.replace(model, done.values, f"{STEP} {kind}, learning rate {rate:g}")
        state.initial = False
    report = signals(state, model, text, data, samples, seed, loss, training, inputs)
    return replace(report, before=done.loss, optimizer=str(done.optimizing))


VERBS: Mapping[str, Verb] = {"step": step}

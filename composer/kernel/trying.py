"""What a kernel can be asked about a custom layer alone; the design's live model has no part in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.kernel.verbs import Progress, State, Verb, read
from composer.trial_reports import TriedReport


def try_layer(
    state: State,
    progress: Progress,
    text: str,
    name: str,
    options: Mapping[str, int],
    inputs: Sequence[tuple[tuple[int, ...], str] | None],
    seed: int,
    waves: Sequence[float] = (),
) -> TriedReport:
    """The custom layer `name` of a design, run on random values, with its gradients checked."""
    from composer.engine.trying import try_layer as engine

    return engine(read(text), name, options, inputs, seed, waves)


VERBS: Mapping[str, Verb] = {"try_layer": try_layer}

"""What a kernel can be asked about storage: a chain of the live model, its layers kept in three ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.kernel.verbs import Progress, State, Verb, open_model, read
from composer.storage_reports import StorageReport


def storage(
    state: State,
    progress: Progress,
    text: str,
    path: str,
    data: str,
    samples: int,
    seed: int,
    inputs: Sequence[tuple[Sequence[int], str]] | None = None,
) -> StorageReport:
    """The chain at `path` by each storage, with the values of the live model, which is left as it is.

    `inputs` as in `dry_run`.
    """
    from composer.engine import data as data_sets
    from composer.engine import storage as engine
    from composer.engine.live import typed

    open_model(state, progress, text)
    assert state.model is not None
    design = read(text)
    given = typed(design.inputs, inputs) if inputs is not None else design.inputs
    return engine.storage(state.model, data_sets.load(data, given, samples, seed), path, seed)


VERBS: Mapping[str, Verb] = {"storage": storage}

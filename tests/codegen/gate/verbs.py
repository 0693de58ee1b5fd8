"""A verb that runs the code of a layer in a kernel."""

from __future__ import annotations

from composer.kernel.verbs import VERBS, Progress, State


def run_layer(state: State, progress: Progress, text: str, fill: float) -> str:
    import torch

    from tests.codegen.gate.running import layer

    return str(layer(text)(torch.full((4, 4), fill)))


LAYER_VERBS = {**VERBS, "run_layer": run_layer}

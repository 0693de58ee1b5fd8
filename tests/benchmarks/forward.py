"""Forward of a live model against the module written by hand: paired ratios of one run.

    python -m tests.benchmarks.forward

Each round times both, in alternating order, in seconds of this process's own processor time on one thread; the
ratio of a round is live / hand-written. Printed are the median of the ratios and their quartiles. Goal: at most 1.02.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.engine.build import live
from tests.benchmarks.resnet import resnet18

ROUNDS = 400


def narrow_design(layers: int = 200, width: int = 8) -> Design:
    """`layers` times Linear and ReLU."""
    size = {"in_features": width, "out_features": width}
    nodes = []
    for k in range(layers):
        nodes += [Layer(id=str(2 * k), kind="Linear", options=size), Layer(id=str(2 * k + 1), kind="ReLU")]
    return Design(name="Narrow", inputs=(Input(shape=("N", width)),), root=Sequential(nodes=tuple(nodes)))


def narrow_by_hand(layers: int = 200, width: int = 8) -> nn.Module:
    return nn.Sequential(*(each for _ in range(layers) for each in (nn.Linear(width, width), nn.ReLU())))


def seconds(call: Callable[[], object], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        call()
    return time.process_time() - start


def pairs(live_model: nn.Module, by_hand: nn.Module, x: torch.Tensor, repeats: int) -> list[tuple[float, float]]:
    """Seconds of the live and of the hand-written module, for each round."""
    by_hand.load_state_dict(dict(zip(by_hand.state_dict(), live_model.state_dict().values(), strict=True)))
    found: list[tuple[float, float]] = []
    with torch.inference_mode():
        assert torch.equal(live_model(x), by_hand(x)), "the two must compute the same"
        for k in range(ROUNDS):
            pair = [live_model, by_hand] if k % 2 else [by_hand, live_model]
            took = {id(model): seconds(lambda model=model: model(x), repeats) for model in pair}
            found.append((took[id(live_model)], took[id(by_hand)]))
    return found


def report(name: str, found: list[tuple[float, float]]) -> None:
    low, middle, high = statistics.quantiles([ours / theirs for ours, theirs in found], n=4)
    print(f"{name}: live / by hand {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {len(found)} rounds)")


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    narrow = pairs(live(narrow_design()).eval(), narrow_by_hand().eval(), torch.randn(2, 8), repeats=5)
    report("200 × Linear + ReLU of width 8", narrow)
    deep = pairs(live(templates.load("resnet18")).eval(), resnet18().eval(), torch.randn(1, 1, 96, 96), repeats=1)
    report("ResNet-18, 96×96, batch 1", deep)


if __name__ == "__main__":
    main()

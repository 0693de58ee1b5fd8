"""Our timings beside those of `torch.utils.benchmark`, and the parts of a pass beside the whole.

    python -m tests.benchmarks.timers [ROUNDS]

Each round times the same call with our method and with `Timer.adaptive_autorange`, in alternating order, on one
thread; the ratio of a round is our median / torch's. Printed are the median of the ratios and their quartiles. Goal:
within 5 %. Then the sum of all rows of a breakdown by layer as a part of the whole, which was timed without watching,
and what is left as overhead. Goal: a sum within 10 % of the whole. The load of the machine is printed beside.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence

import torch
from torch.utils.benchmark import Timer

from composer import templates
from composer.engine import machine
from composer.engine.timing.breakdown import Passes
from composer.engine.timing.clocks import clock_of
from composer.engine.timing.designs import inputs_for, ready
from composer.engine.timing.following import Lines
from composer.engine.timing.method import threads, timed
from composer.recordings.recording import Breakdown
from composer.recordings.settings import Method

CPU = torch.device("cpu")
METHOD = Method(threads=1, seconds=1.0)


def ours(call: Callable[[], object]) -> float:
    return timed(call, clock_of([CPU]), METHOD, lambda: None).median


def theirs(call: Callable[[], object]) -> float:
    return float(Timer("call()", globals={"call": call}, num_threads=1).adaptive_autorange().median)


def compare(name: str, call: Callable[[], object], rounds: int) -> None:
    ratios = []
    for k in range(rounds):
        took = {way: way(call) for way in ((ours, theirs) if k % 2 else (theirs, ours))}
        ratios.append(took[ours] / took[theirs])
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"{name}: ours / torch's {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {rounds} rounds)", flush=True)


def resnet18() -> Callable[[], object]:
    design = templates.load("resnet18")
    model, [x] = ready(design, 1, {}).eval(), inputs_for(design, 1, {}, CPU)

    def call() -> object:
        with torch.inference_mode():
            return model(x)

    return call


def sums(name: str, rounds: int) -> None:
    design = templates.load(name)
    passes = Passes(ready(design, 1, {}), inputs_for(design, 1, {}, CPU), Lines.of(design), CPU)
    found = [passes.breakdowns(1, METHOD.model_copy(update={"seconds": 5.0}), lambda: None) for _ in range(rounds)]
    for each in zip(*found, strict=True):
        print_sum(name, each)


def print_sum(name: str, found: Sequence[Breakdown]) -> None:
    shares = [each.share(each.total - each.overhead) for each in found]
    low, middle, high = statistics.quantiles(shares, n=4)
    print(f"{name}, {found[0].what}: {len(found[0].rows)} layers and ops sum to {middle:.1%} of the whole (quartiles "
          f"{low:.1%} to {high:.1%}, {len(found)} rounds); overhead {1 - middle:.1%}", flush=True)  # fmt: skip


def main(rounds: int = 20) -> None:
    print(f"{machine.cpu_name()}, {machine.processors()} processors, load {machine.load()}, torch {torch.__version__}")
    torch.manual_seed(0)
    with threads(1):
        for n in (16, 32, 64, 128, 256, 512, 1024):
            a, b = torch.randn(2, n, n)
            compare(f"{n}×{n}", lambda a=a, b=b: a @ b, rounds)
        compare("ResNet-18, 96×96, batch 1", resnet18(), rounds)
        for name in ("resnet18", "gpt2_small"):
            sums(name, max(2, rounds // 4))
    print(f"load {machine.load()} at the end")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

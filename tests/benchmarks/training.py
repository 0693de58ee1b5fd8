"""Training steps through the trainer, with live metrics on, against a plain hand-written loop: paired ratios.

    python -m tests.benchmarks.training

Each round times some steps of both kinds, in alternating order, in seconds of this process's own processor time on one
thread; the ratio of a round is trainer / plain. Printed are the median of the ratios and their quartiles. Goals: at
most 1.03 for ResNet-18, and 1.10 for a narrow MLP of 200 layers.
"""

from __future__ import annotations

import copy
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from composer import templates
from composer.design.document import Design
from composer.engine.datasets.base import DataSet, Split
from composer.engine.training import run_folder
from composer.engine.training.checkpoints import Checkpoints
from composer.engine.training.control import Control
from composer.engine.training.order import Order
from composer.engine.training.placement import Placement
from composer.engine.training.recording import Metrics
from composer.engine.training.trainer import Run, Trainer
from composer.engine.valued import initial
from composer.training.config import Optimizer, TrainConfig
from tests.build import X, chain, layer, linear

SAMPLES = 20_000


def narrow() -> Design:
    """200 layers of 4 by 4, each with a ReLU."""
    layers = [each for k in range(199) for each in (linear(f"a{k}", 4, 4), layer(f"r{k}", "ReLU"))]
    return chain(*layers, linear("last", 4, 10), inputs=X)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images = torch.randn(512, 1, 96, 96)
    compare("ResNet-18, 96×96, batch 8", templates.load("resnet18"), images, 8, steps=1, rounds=40)
    compare("MLP of 200 layers, batch 32", narrow(), torch.randn(SAMPLES, 4), 32, steps=100, rounds=20)


def compare(name: str, design: Design, inputs: torch.Tensor, batch: int, steps: int, rounds: int) -> None:
    """Print the ratio of `rounds`, each of so many steps."""
    targets = torch.randint(0, 10, (len(inputs),))
    data = DataSet("random", "random", "classes", Split((inputs,), targets), Split((inputs[:1],), targets[:1]))
    config = TrainConfig(
        optimizer=Optimizer(kind="SGD", options={"lr": 1e-4, "momentum": 0.9}),
        batch_size=batch, epochs=1000, checkpoint_every=10**9,
    )  # fmt: skip
    model = initial(design).model
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        run_folder.create(run, design, config, data)
        placement = Placement(copy.deepcopy(model), torch.device("cpu"))
        files = Run(run, Checkpoints(run, placement, 1), Metrics(run / "metrics.jsonl"), Control(run))
        trainer = Trainer(placement, data, config, files)
        trainer.begin()
        ratios = paired(plain(model, inputs, targets, batch), trainer.advance, steps, rounds)
        lines = (run / "metrics.jsonl").read_bytes().count(b"\n")
        assert files.metrics
        files.metrics.close()
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"{name}: trainer / plain {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {rounds} rounds of {steps} steps, "
          f"{lines:,} lines of metrics)")  # fmt: skip


def plain(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, batch: int) -> Callable[[], object]:
    """One step of a loop as one writes it by hand."""
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
    order, done = Order(len(inputs), batch, 0), 0
    model.train()

    def step() -> None:
        nonlocal done
        places = order.batch(done)
        optimizer.zero_grad()
        F.cross_entropy(model(inputs[places]), targets[places]).backward()
        optimizer.step()
        done += 1

    return step


def paired(one: Callable[[], object], other: Callable[[], object], steps: int, rounds: int) -> list[float]:
    """How much longer steps of the `other` take, round by round."""

    def timed(step: Callable[[], object]) -> float:
        start = time.process_time()
        for _ in range(steps):
            step()
        return time.process_time() - start

    for each in (one, other):
        timed(each)
    ratios = []
    for k in range(rounds):
        pair = (one, other) if k % 2 else (other, one)
        took = {each: timed(each) for each in pair}
        ratios.append(took[other] / took[one])
    return ratios


if __name__ == "__main__":
    main()

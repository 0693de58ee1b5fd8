"""Training steps of ResNet-18 with gradient norms recorded, against plain steps: paired ratios of one run.

    python -m tests.benchmarks.gradients

Each round times a step of both kinds, in alternating order, in seconds of this process's own processor time on one
thread; the ratio of a round is recorded / plain. Printed are the median of the ratios and their quartiles. Goal: at
most 1.05.
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
import torch.nn.functional as F

from composer import templates
from composer.engine.build import live
from composer.engine.watching import GradientNorms

BATCH = 8


def main(rounds: int = 40) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = live(templates.load("resnet18")).train()
    x, y = torch.randn(BATCH, 1, 96, 96), torch.randint(0, 10, (BATCH,))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    norms = GradientNorms(model.named_parameters())

    def step(recorded: bool) -> float:
        start = time.process_time()
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        if recorded:
            norms.record()
            norms.read()
        optimizer.step()
        return time.process_time() - start

    for recorded in (True, False):
        step(recorded)
    ratios = []
    for k in range(rounds):
        took = {recorded: step(recorded) for recorded in ((True, False) if k % 2 else (False, True))}
        ratios.append(took[True] / took[False])
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"ResNet-18, 96×96, batch {BATCH}, {len(norms.names)} parameters: recorded / plain {middle:.3f} "
          f"(quartiles {low:.3f} to {high:.3f}, {rounds} rounds)")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

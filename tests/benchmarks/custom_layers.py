"""Custom layers without loops against the same written by hand: paired ratios of one run.

    python -m tests.benchmarks.custom_layers

Each round times both, in alternating order and with the layers in turn, in seconds of this process's own processor
time on one thread. Printed are the median of the rounds' ratios (live / by hand) and their quartiles; beside it the
same for two by hand, which says how far a ratio of equals strays. The sizes are small, so that what counts is what a
call costs and not what it computes. Goal: at most 1.02. The last line is fact 25, what calling a module costs.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from tests.benchmarks.forward import seconds
from tests.by_hand import BY_HAND
from tests.engine.ready import made

ROUNDS = 300
SECONDS = 0.004  # of one measurement, about
SIZES = {
    "my_linear": (2, 5), "centered": (2, 5), "tensor_reduction": (2, 5), "mlp": (2, 20), "nest_mlp": (2, 20),
    "parallel": (2, 20), "half_fourier": (2, 16),
}  # fmt: skip


@dataclass
class Case:
    """Three modules that compute the same: the live one, and two by hand."""

    name: str
    x: Tensor
    modules: tuple[nn.Module, nn.Module, nn.Module]
    repeats: int = 1
    ratios: list[float] = field(default_factory=list)
    of_equals: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def round(self, number: int) -> None:
        """Time all three, each round beginning with another."""
        found = [0.0] * 3
        for k in range(3):
            place = (number + k) % 3
            module = self.modules[place]
            found[place] = seconds(lambda module=module: module(self.x), self.repeats)  # type: ignore[misc]
        ours, theirs, other = found
        self.ratios.append(ours / theirs)
        self.of_equals.append(other / theirs)
        self.took.append(theirs / self.repeats)

    def report(self) -> str:
        micro = statistics.median(self.took) * 1e6
        told = f"live / by hand {_spread(self.ratios)}; two by hand {_spread(self.of_equals)}"
        return f"{self.name:18}{micro:7.2f} µs by hand; {told}"


def _spread(ratios: list[float]) -> str:
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def case(name: str) -> Case:
    live, by_hand, other = made(name).eval(), BY_HAND[name]().eval(), BY_HAND[name]().eval()
    x = torch.randn(SIZES[name])
    for each in (by_hand, other):
        each.load_state_dict(live.state_dict())
        assert torch.equal(live(x), each(x)), "all must compute the same"
    repeats = max(1, round(SECONDS / (seconds(lambda: by_hand(x), 200) / 200)))
    return Case(name, x, (live, by_hand, other), repeats)


def identity() -> float:
    """Microseconds that calling an Identity costs over calling its forward."""
    module, x, found = nn.Identity(), torch.ones(1), []
    for _ in range(50):
        found.append((seconds(lambda: module(x), 5_000) - seconds(lambda: module.forward(x), 5_000)) / 5_000)
    return statistics.median(found) * 1e6


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with torch.inference_mode():
        cases = [case(name) for name in SIZES]
        for number in range(ROUNDS):
            for each in cases:
                each.round(number)
        for each in cases:
            print(each.report())
        ratios = [statistics.median(each.ratios) for each in cases]
        print(f"the largest median: {max(ratios):.3f}; goal: at most 1.02 ({ROUNDS} rounds)")
        print(f"calling an Identity: {identity():.2f} µs more than its forward")


if __name__ == "__main__":
    main()

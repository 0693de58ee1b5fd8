"""Statistics and histograms of all parameters of GPT-2 small against TensorBoard's histogram: paired ratios of one run.

    python -m tests.benchmarks.statistics

Each round times both on every parameter, in alternating order, in seconds of this process's own processor time on one
thread; the ratio of a round is ours / TensorBoard's. Printed are the median of the ratios and their quartiles, and how
much memory each takes beside the parameters. Goals: at most 0.25 of the time, and less than 16 MB.

TensorBoard's `make_histogram` gives counts, sum, squares and the extremes, as ours does; ours counts NaN, infinities
and zeros, too. It is asked twice: with the bins that `SummaryWriter.add_histogram` gives it unless told otherwise, and
with as many as ours, equally wide.
"""

from __future__ import annotations

import statistics as numbers
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.tensorboard.summary import make_histogram

from composer import templates
from composer.engine.build import live
from composer.engine.statistics import BINS, statistics

ROUNDS = 5
LARGEST = 50_257 * 768
_POSITIVE = [1e-12 * 1.1**k for k in range(774)]
DEFAULT_BINS = [*(-each for each in reversed(_POSITIVE)), 0.0, *_POSITIVE]
"""Those of `SummaryWriter`: from 1e-12 to 1e20, each a tenth wider than the one before, on both sides of 0."""


def ours(tensors: Sequence[Tensor]) -> None:
    for each in tensors:
        statistics(each)


def theirs(tensors: Sequence[Tensor]) -> None:
    for each in tensors:
        make_histogram(each.numpy(), DEFAULT_BINS)


def theirs_alike(tensors: Sequence[Tensor]) -> None:
    for each in tensors:
        make_histogram(each.numpy(), BINS)


def seconds(call: Callable[[Sequence[Tensor]], None], tensors: Sequence[Tensor]) -> float:
    start = time.process_time()
    call(tensors)
    return time.process_time() - start


def main() -> None:
    torch.set_num_threads(1)
    tensors = [each.detach() for each in live(templates.load("gpt2_small")).parameters()]
    print(f"{sum(each.numel() for each in tensors):,} parameters in {len(tensors)} tensors")
    calls = (ours, theirs, theirs_alike)
    rounds: list[dict[str, float]] = []
    for k in range(ROUNDS + 1):
        rounds.append({call.__name__: seconds(call, tensors) for call in (calls if k % 2 else calls[::-1])})
    del rounds[0]  # it warms up
    for name, what in (("theirs", "TensorBoard's default bins"), ("theirs_alike", f"{BINS} bins of TensorBoard's")):
        low, middle, high = numbers.quantiles([each["ours"] / each[name] for each in rounds], n=4)
        print(f"ours / {what} {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {ROUNDS} rounds)")
    for call in calls:
        took = numbers.median(each[call.__name__] for each in rounds)
        print(
            f"{call.__name__}: {took:.2f} s, {_memory(call.__name__):.1f} MB beside a parameter of {LARGEST * 4e-6:.0f}"
        )


def _memory(name: str) -> float:
    """What a process of its own takes at its peak for the largest parameter, in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.statistics", name]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _status(name: str) -> float:
    """A line of what Linux says of this process's memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6


def measure(name: str) -> None:
    """Print how far the peak of memory is above what was there before, in MB. Needs Linux."""
    torch.set_num_threads(1)
    call = {"ours": ours, "theirs": theirs, "theirs_alike": theirs_alike}[name]
    tensor = torch.randn(LARGEST)
    call([tensor[: 2**18]])  # what is loaded at the first use is no memory of a tensor's
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    before = _status("VmRSS")
    call([tensor])
    print(_status("VmHWM") - before)


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()

"""Statistics and histograms of all parameters of GPT-2 small against TensorBoard's histogram: paired ratios of one run.

    python -m tests.benchmarks.statistics

Each round times both on every parameter, in alternating order, in seconds of this process's own processor time on one
thread; the ratio of a round is ours / TensorBoard's. Printed are the median of the ratios and their quartiles, and how
much memory each takes beside the parameters. Goals: at most 0.25 of the time, and less than 16 MB.

TensorBoard's `make_histogram` gets the same number of bins, and gives counts, sum, squares and the extremes, as ours
does; ours counts NaN, infinities and zeros, too.
"""

from __future__ import annotations

import resource
import statistics as numbers
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.utils.tensorboard.summary import make_histogram

from composer import templates
from composer.engine.build import live
from composer.engine.statistics import BINS, statistics

ROUNDS = 7
LARGEST = 50_257 * 768


def ours(tensors: Sequence[Tensor]) -> None:
    for each in tensors:
        statistics(each)


def theirs(tensors: Sequence[Tensor]) -> None:
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
    found: list[tuple[float, float]] = []
    for k in range(ROUNDS + 1):
        pair = [ours, theirs] if k % 2 else [theirs, ours]
        took = {call.__name__: seconds(call, tensors) for call in pair}
        found.append((took["ours"], took["theirs"]))
    found = found[1:]  # the first round warms up
    low, middle, high = numbers.quantiles([a / b for a, b in found], n=4)
    print(f"ours / TensorBoard's {middle:.3f} (quartiles {low:.3f} to {high:.3f}, {len(found)} rounds)")
    print(
        f"ours {numbers.median(a for a, _ in found):.2f} s, TensorBoard's {numbers.median(b for _, b in found):.2f} s"
    )
    for name in ("ours", "theirs"):
        print(f"{name}: {_memory(name):.1f} MB beside the largest parameter ({LARGEST * 4 / 1e6:.0f} MB)")


def _memory(name: str) -> float:
    """What a process of its own takes at its peak for the largest parameter, in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.statistics", name]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _peak() -> float:
    """The peak of this process's memory, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(name: str) -> None:
    """Print by how much the peak of memory rises, in MB."""
    torch.set_num_threads(1)
    call = {"ours": ours, "theirs": theirs}[name]
    tensor = torch.randn(LARGEST)
    call([tensor[:1000]])  # what is loaded at the first use is no memory of a tensor's
    before = _peak()
    call([tensor])
    print(_peak() - before)


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()

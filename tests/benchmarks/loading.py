"""Loading a file into the live model of GPT-2 small, against safetensors' own load and a copy: rounds of one run.

    python -m tests.benchmarks.loading [FOLDER]

Ours opens the file, checks it, matches its names, checks the values and copies them as a step that can be undone.

    ours        into a model that has only initial values: the way back builds them anew. Values of the file were
                looked at before, as the app does, so that none are counted
    counting    the same, and what is not finite is counted
    keeping     all values of before are copied first, to memory that is new to the process, as after any change
    theirs      `safetensors.torch.load_file` and `copy_` into the same parameters, with no way back; for a .pt file
                `torch.load(weights_only=True)` and the same copy

Each round times all in alternating order, in seconds of the clock; printed are the medians, and the median and
quartiles of the ratios of the rounds. The files are in the cache of the system. Goal: ours at most 1.3 times theirs
for safetensors. FOLDER holds the files meanwhile.
"""

from __future__ import annotations

import statistics as numbers
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from composer import templates
from composer.engine.build import live
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.held import named_tensors
from composer.engine.live import tensors_of
from composer.engine.values import Changes, Recall
from composer.matching.match import match

ROUNDS = 15


def ours(model: nn.Module, path: Path) -> None:
    _load(model, path, _initial, count=False)


def counting(model: nn.Module, path: Path) -> None:
    _load(model, path, _initial)


def keeping(model: nn.Module, path: Path) -> None:
    _load(model, path, count=False)


def _initial() -> Mapping[str, Tensor]:
    return named_tensors(live(templates.load("gpt2_small")))


def _load(model: nn.Module, path: Path, recall: Recall | None = None, count: bool = True) -> None:
    changes = Changes(2**31)
    with open_checkpoint(path) as file:
        found = match(tensors_of(model), file.report.parts[0])
        assert found.complete
        report = load(model, file, "", found.pairs(), changes, torch.get_rng_state(), recall=recall, count=count)
    assert report.undoable and not report.kept


def theirs(model: nn.Module, path: Path) -> None:
    state: Mapping[str, Tensor] = (
        load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    )
    own = dict(model.named_parameters())
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(state[name])


def seconds(call: Callable[[nn.Module, Path], None], model: nn.Module, path: Path) -> float:
    start = time.perf_counter()
    call(model, path)
    return time.perf_counter() - start


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    model = live(templates.load("gpt2_small"))
    state = {name: torch.randn_like(each) for name, each in model.named_parameters()}
    paths = folder / "gpt2.safetensors", folder / "gpt2.pt"
    save_file(state, paths[0])
    torch.save(state, paths[1])
    print(f"{sum(each.nbytes for each in state.values()) / 1e6:.0f} MB in {len(state)} tensors, one thread")
    runs = [(call, path) for path in paths for call in (ours, counting, keeping, theirs)]
    rounds: list[dict[tuple[str, str], float]] = []
    for k in range(ROUNDS + 1):
        order = runs if k % 2 else runs[::-1]
        rounds.append({(call.__name__, path.suffix): seconds(call, model, path) for call, path in order})
    del rounds[0]  # it warms up
    for call, path in runs:
        took = numbers.median(each[call.__name__, path.suffix] for each in rounds)
        ratios = [each[call.__name__, path.suffix] / each["theirs", path.suffix] for each in rounds]
        low, middle, high = numbers.quantiles(ratios, n=4)
        print(
            f"{path.suffix}: {call.__name__} {took * 1e3:.0f} ms, {middle:.2f} times theirs "
            f"(quartiles {low:.2f} to {high:.2f}, {ROUNDS} rounds)"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))

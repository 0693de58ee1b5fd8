"""Shapes, parameter counts and FLOPs against torchinfo, and after one edit against a cold start: paired ratios.

    python -m tests.benchmarks.shapes

Goals: at most 0.25 of torchinfo's time, cold; at most 0.02 of the cold time after one option of 1,000 layers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
import torchinfo

from composer import templates
from composer.design.document import Design
from composer.design.edits.operations import apply
from composer.design.text import dumps, loads
from composer.engine.build import live
from composer.engine.flops import flops
from composer.engine.leaves import forget
from composer.engine.shapes import examine, shapes
from composer.reports import count_parameters
from tests.benchmarks.designs import resnet152, thousand_layers

ROUNDS = 7


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def report(name: str, found: list[float]) -> None:
    print(f"{name}: {statistics.median(found):.3f} (from {min(found):.3f} to {max(found):.3f}, {len(found)} rounds)")


def cold(design: Design, sizes: dict[str, int]) -> None:
    forget()
    assert count_parameters(shapes(design, sizes).tensors)


def against_torchinfo(name: str, design: Design, x: torch.Tensor, sizes: dict[str, int]) -> None:
    model = live(design).eval()
    ours = count_parameters(shapes(design, sizes).tensors)
    theirs = torchinfo.summary(model, input_data=x, verbose=0).total_params
    print(f"{name}: {ours:,} parameters; torchinfo says {theirs:,}")
    pairs = [
        (seconds(lambda: cold(design, sizes)), seconds(lambda: torchinfo.summary(model, input_data=x, verbose=0)))
        for _ in range(ROUNDS)
    ]
    report(f"{name}: ours, cold / torchinfo", [a / b for a, b in pairs])


def after_an_edit() -> None:
    design = thousand_layers()
    found = []
    for k in range(ROUNDS):
        forget()
        first = seconds(lambda: shapes(design))
        edited = apply(design, {"edit": "set_option", "path": "500", "name": "bias", "value": bool(k % 2)})
        found.append(seconds(lambda edited=edited: shapes(edited)) / first)
    report("one option of 1,000 layers / cold", found)


def after_an_edit_of_the_text() -> None:
    """What the app's kernel does after an edit: it reads the text, examines the design, and counts its FLOPs."""
    design = thousand_layers()
    found: dict[str, list[float]] = {"read and shapes": [], "read and FLOPs": []}
    for k in range(ROUNDS):
        operation = {"edit": "set_option", "path": "500", "name": "bias", "value": bool(k % 2)}
        before, after = dumps(design), dumps(apply(design, operation))
        for name, look in zip(found, (examine, flops), strict=True):
            forget()
            cold, warm = (seconds(lambda text=text, look=look: look(loads(text))) for text in (before, after))
            found[name].append(warm / cold)
    for name, ratios in found.items():
        report(f"text of 1,000 layers, {name}, after one option / cold", ratios)


def main() -> None:
    torch.set_num_threads(1)
    against_torchinfo("ResNet-152", resnet152(), torch.randn(1, 3, 224, 224), {"N": 1})
    tokens = torch.randint(0, 50257, (1, 64))
    against_torchinfo("GPT-2 small", templates.load("gpt2_small"), tokens, {"N": 1, "T": 64})
    after_an_edit()
    after_an_edit_of_the_text()


if __name__ == "__main__":
    main()

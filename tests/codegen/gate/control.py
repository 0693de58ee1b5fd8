"""Run hostile code without the gate, in a process of its own: prints the numbers of those that leave no mark."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import torch
from torch import nn

from tests.codegen.gate.hostile import ESCAPES
from tests.codegen.gate.running import layer

DECLARED = {"weight": nn.Parameter(torch.ones(2, 2)), "linear": nn.Linear(2, 2), "units": 2}


def marks(text: str) -> bool:
    mark = Path(os.environ["MARK"])
    mark.unlink(missing_ok=True)
    with suppress(Exception):  # many fail after they have had their effect
        layer(text, DECLARED, gate=False)(torch.ones(2, 2))
    return mark.exists()


if __name__ == "__main__":
    print([number for number, (text, *_) in enumerate(ESCAPES) if not marks(text)])

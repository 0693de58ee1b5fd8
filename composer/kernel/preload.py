"""Imported once, by the server that kernels are forked from: torch and the engine, which take a second.

Nothing here may start threads or touch a GPU: neither survives a fork.
"""

from __future__ import annotations

import torch

from composer.engine import build, data, held, memory, run, shapes, trying

__all__ = ["build", "data", "held", "memory", "run", "shapes", "trying"]

# Torch imports half of itself when something first runs on the meta device.
torch.nn.functional.linear(torch.empty(1, 1, device="meta"), torch.empty(1, 1, device="meta"))

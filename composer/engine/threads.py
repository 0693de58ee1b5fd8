"""Work that one thread does faster than several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch's operations run on the calling thread alone.

    For many short ones: where another program has a core, threads that share a short operation wait for one another
    for longer than it takes, up to a hundred times.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

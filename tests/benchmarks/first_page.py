"""How long the app takes from the command to its first page: `python -m tests.benchmarks.first_page`.

It has to be under 2 s. Prints the median and the worst of some starts: until the server answers, until the first
page is drawn, and until a design's page with shapes and graph is.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from composer.templates import load
from composer.workspace import Workspace
from tests.ui.server import serving

STARTS = 5
LIMIT = 2.0


def start(root: Path) -> tuple[float, float, float]:
    """Seconds from the start of the process to each of the three."""
    with serving(root) as server:
        server.wait()
        answered = time.perf_counter() - server.started
        server.run_page()
        drawn = time.perf_counter() - server.started
        server.run_page("design=lenet")
        return answered, drawn, time.perf_counter() - server.started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        Workspace(root).create(load("lenet"))
        rows = [start(root) for _ in range(STARTS)]
    names = ("server answers", "first page drawn", "design with shapes drawn")
    for name, seconds in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name:26} median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")
    answered = statistics.median(row[1] for row in rows)
    print(f"first page under {LIMIT:g} s: {'yes' if answered < LIMIT else 'NO'}")


if __name__ == "__main__":
    main()

"""Opens the files of a folder one after another, and tells for each what came of it, as a line of JSON.

Runs as a program of its own: `python -m tests.engine.checkpoints.opener FOLDER`. With `unsafely` behind it,
`torch.load` opens them and is told to run what they hold: the control that the marks work. A file that ends the process
ends it without its line. Of each file: the error's type and text, the seconds of the processor, the growth of the peak
of memory in bytes, and whether the file or folder of its mark is there.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from composer.engine.checkpoints.opening import open_checkpoint


def memory(which: str) -> int:
    """This process's memory, now (VmRSS) or at its peak (VmHWM), in bytes; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(which):
                return int(line.split()[1]) * 1024
    return 0


def safely(path: Path) -> None:
    open_checkpoint(path).close()


def unsafely(path: Path) -> None:
    torch.load(path, weights_only=False)


def judged(path: Path, load: Callable[[Path], None]) -> dict[str, object]:
    mark = path.with_suffix(".mark")
    os.environ["MARK"] = str(mark)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again
    before, start = memory("VmRSS"), time.process_time()
    kind, message = "", ""
    try:
        load(path)
    except BaseException as error:
        kind, message = type(error).__name__, str(error)
    seconds = time.process_time() - start
    return {
        "name": path.name, "error": kind, "message": message, "seconds": seconds,
        "memory": memory("VmHWM") - before, "marked": mark.exists(),
    }  # fmt: skip


if __name__ == "__main__":
    load = unsafely if sys.argv[2:] == ["unsafely"] else safely
    for each in sorted(Path(sys.argv[1]).glob("*.pt")):
        print(json.dumps(judged(each, load)), flush=True)

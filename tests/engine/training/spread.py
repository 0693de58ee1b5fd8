"""Starting `composer train` as a program of its own, alone or under torchrun, on two processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from composer.design.document import Design, Input
from composer.design.nodes import Shared
from composer.design.text import dumps
from tests.build import chain, layer, linear

ROOT = Path(__file__).parents[3]
SECONDS = 120
OPTIONS = ("--data", "digits", "--epochs", "100", "--batch-size", "32", "--optimizer", "AdamW", "--lr", "0.001")
_TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--max-restarts", "2")


def tied() -> Design:
    """A design for the digits with a shared layer, a layer that is large enough to be a unit, and small ones."""
    nodes = (
        linear("a", 64, 65), layer("r", "ReLU"), linear("b", 65, 32), layer("s", "Tanh"), linear("c", 32, 32),
        layer("t", "Tanh"), Shared(id="d", of="c"), linear("e", 32, 10),
    )  # fmt: skip
    return chain(*nodes, inputs=(Input(shape=("N", 64)),), seed=1)


def text() -> Design:
    """A design for the characters, with tied, lazy and frozen layers, and an activation in place."""
    nodes = (
        layer("wte", "Embedding", num_embeddings=200, embedding_dim=32), linear("h", 32, 160),
        layer("g", "ReLU", inplace=True), layer("i", "LazyLinear", out_features=32),
        layer("n", "LayerNorm", normalized_shape=(32,)),
        layer("head", "Linear", in_features=32, out_features=200, bias=False),
    )  # fmt: skip
    inputs = (Input(shape=("N", 8), dtype="int64", high=200),)
    return chain(*nodes, inputs=inputs, ties=(("wte.weight", "head.weight"),), frozen=("n",))


def program(folder: Path, arguments: Sequence[str], distribution: str = "") -> subprocess.Popen[bytes]:
    """The program that trains; its output goes to a file beside the run."""
    start = (*_TORCHRUN, "-m", "composer") if distribution else ("-m", "composer")
    last = ("--distribute", distribution) if distribution else ()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with (folder / "output.txt").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *start, "train", *arguments, *last], cwd=folder, env=environment, stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip


def wait(process: subprocess.Popen[bytes], folder: Path) -> int:
    """The exit status; what the program printed is shown where a test fails."""
    try:
        return process.wait(SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        print((folder / "output.txt").read_text(errors="replace")[-3000:])


def write_design(folder: Path, design: Design) -> str:
    (folder / "design.json").write_text(dumps(design))
    return "design.json"


def until(path: Path) -> None:
    """Wait until something is at `path`."""
    for _ in range(SECONDS * 20):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


def rank_of(torchrun: subprocess.Popen[bytes], rank: int) -> int:
    """The process of a rank that torchrun started."""
    children = Path(f"/proc/{torchrun.pid}/task/{torchrun.pid}/children").read_text().split()
    for each in children:
        if f"RANK={rank}\0".encode() in b"\0" + Path(f"/proc/{each}/environ").read_bytes().replace(b"LOCAL_RANK", b"_"):
            return int(each)
    raise AssertionError(f"no rank {rank} among {children}")


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)

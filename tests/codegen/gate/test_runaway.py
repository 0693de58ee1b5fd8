"""Runaway code ends with a clear error within seconds, and the app goes on."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator

import pytest
import torch

from composer.codegen.gate import Names, examine
from composer.engine.capped import Cap
from composer.errors import CutOff, KernelError, KernelTimeout
from composer.kernel.client import Kernel
from composer.kernel.limits import Limits
from tests.codegen.gate.runaway import CUT_OFF, LIMITED
from tests.codegen.gate.running import layer
from tests.codegen.gate.verbs import LAYER_VERBS

SECONDS = 6
INFINITE = torch.full((4, 4), float("inf"))
HEAD = 1  # lines of the class before those of the text

assert len(CUT_OFF) >= 15


@pytest.fixture(scope="module")
def kernels() -> Iterator[list[Kernel]]:
    kernels: list[Kernel] = []
    yield kernels
    for each in kernels:
        each.stop()


@pytest.fixture
def kernel(kernels: list[Kernel]) -> Kernel:
    """The kernel of the test before, or another if that one was stopped."""
    if not (kernels and kernels[-1].alive):
        kernels.append(_started())
    return kernels[-1]


def _started() -> Kernel:
    kernel = Kernel(Limits(memory=2 * 2**30, threads=1), verbs=LAYER_VERBS).start()
    kernel.call("run_layer", text="def forward(self, x):\n    return x\n", fill=1.0)
    return kernel


@pytest.mark.parametrize("name", CUT_OFF)
def test_loops_and_recursion_are_cut_off(name: str):
    text, what, line = CUT_OFF[name]
    start = time.monotonic()
    with pytest.raises(CutOff) as caught:
        layer(text)(INFINITE)
    assert time.monotonic() - start < SECONDS
    assert caught.value.what.startswith(what)
    assert line is None or caught.value.line == line + HEAD
    assert str(caught.value).startswith(f"The {caught.value.what} in line {caught.value.line} was cut off after ")
    assert len(str(caught.value)) < 160


def test_a_cut_comes_from_a_kernel_as_itself_and_the_kernel_goes_on(kernel: Kernel):
    text, *_ = CUT_OFF["while true"]
    with pytest.raises(CutOff, match=r"The loop in line 3 was cut off after 1,000,000 steps: does it ever end\?"):
        kernel.call("run_layer", text=text, fill=1.0)
    assert kernel.call("run_layer", text="def forward(self, x):\n    return x[0, 0]\n", fill=1.0) == "tensor(1.)"


@pytest.mark.parametrize("name", LIMITED)
def test_time_and_memory_are_the_kernels_to_limit(name: str, kernel: Kernel):
    text, words = LIMITED[name]
    assert examine(text, Names()).refusals == ()
    start = time.monotonic()
    with pytest.raises(KernelError, match=words) as caught:
        try:
            kernel.call("run_layer", timeout=2.5, text=text, fill=float("inf"))
        except KernelTimeout:
            kernel.stop()
            raise
    assert time.monotonic() - start < SECONDS
    assert len(str(caught.value)) < 300
    assert "Traceback" not in str(caught.value)
    if kernel.alive:
        assert kernel.call("run_layer", text="def forward(self, x):\n    return x[0, 0]\n", fill=1.0) == "tensor(1.)"


def test_the_cap_can_be_chosen():
    text = "def forward(self, x):\n    n = 0\n    for i in range(len(x)):\n        n += 1\n    return n\n"
    module = layer(text, cap=Cap(steps=10))
    assert module(torch.zeros(10)) == 10
    with pytest.raises(CutOff, match="after 10 steps"):
        module(torch.zeros(11))
    assert module(torch.zeros(10)) == 10  # each call counts anew


def test_many_slow_steps_are_cut_off_by_the_clock():
    text = "def forward(self, x):\n    while True:\n        x = x + 1\n    return x\n"
    with pytest.raises(CutOff, match=r"in line 3 was cut off after [\d,]+ steps in 1 s"):
        layer(text, cap=Cap(seconds=1.0, free=100))(torch.zeros(3))


def test_a_cut_can_be_sent():
    cut = CutOff("loop", 3, "10 steps")
    assert str(pickle.loads(pickle.dumps(cut))) == str(cut)

"""Whatever is done to a file, it is refused in our words or can be read; whatever honest is saved comes back."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from composer.engine.checkpoints.opening import measured, open_checkpoint
from tests.engine.checkpoints.test_honest import every_tensor, same

ROOT = Path(__file__).parents[3]

DTYPES = (torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.complex64, torch.uint16)


@pytest.mark.parametrize("seed", range(2))
def test_changed_files_are_refused_or_read(seed: int) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.engine.checkpoints.changer", str(seed), "500"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    refused, _, read, _ = child.stdout.replace(",", "").split()
    assert int(refused) + int(read) == 500 and int(read) > 0


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """A tensor of any few sizes, perhaps turned, cut or stepped through, or a part of a larger storage."""
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    tensor = torch.randint(-100, 100, shape).to(draw(st.sampled_from(DTYPES)))
    if tensor.dim():
        tensor = tensor.permute(draw(st.permutations(range(tensor.dim()))))
        tensor = tensor[draw(st.integers(0, 2)) :: draw(st.integers(1, 2))]
    if tensor.is_complex() and draw(st.booleans()):
        tensor = tensor.conj()
    return tensor


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**200), 2**200), st.floats(), st.text(max_size=20), st.binary(max_size=20),
    st.complex_numbers(), st.sampled_from([torch.float16, torch.Size([2, 3]), torch.device("cpu")]),
)  # fmt: skip
LETTERS = st.characters(categories=["L", "N"], include_characters=" _-")
KEYS = st.one_of(st.text(LETTERS, min_size=1, max_size=8).map(lambda name: f"n{name}"), st.integers(-1000, 1000))
CONTENT = st.recursive(
    st.one_of(tensors(), PLAIN),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(max_examples=150)
@given(CONTENT, st.integers(2, 5))
def test_whatever_is_saved_comes_back(content: Any, protocol: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.pt"
        torch.save(content, path, pickle_protocol=protocol)
        with open_checkpoint(path) as checkpoint:
            assert same(checkpoint.content(""), content)
            every_tensor(checkpoint, content)
            measured(checkpoint)

"""Honest files open, with exactly the tensors that torch and safetensors read in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from composer.engine.checkpoints.opening import Checkpoint, open_checkpoint
from tests.engine.checkpoints.honest import (
    PROTOCOLS,
    PT,
    TENSORS,
    write_pt,
    write_safetensors,
)  # fmt: skip


def bits(tensor: Tensor) -> Tensor:
    """The bytes of a tensor's values, in order."""
    plain = tensor.resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
    return plain.reshape(-1).view(torch.uint8)


def same(found: Any, expected: Any) -> bool:
    """Whether two values are equal to the last bit, through containers and their types."""
    if isinstance(expected, Tensor):
        layout = (found.dtype, found.shape, found.stride()) == (expected.dtype, expected.shape, expected.stride())
        return layout and bits(found).equal(bits(expected.detach()))
    if isinstance(expected, Counter):
        return isinstance(found, Counter) and found == expected
    if isinstance(expected, dict):
        return type(found) is type(expected) and list(found) == list(expected) and all(
            same(found[key], expected[key]) for key in expected
        )  # fmt: skip
    if type(expected) in (list, tuple):
        return type(found) is type(expected) and len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and (found == expected or (found != found and expected != expected))


def at(content: Any, path: str) -> Any:
    """What is at a dotted path, trying keys with dots in them too."""
    if not path:
        return content
    if isinstance(content, dict):
        for key, value in content.items():
            if path == str(key) or path.startswith(f"{key}."):
                return at(value, path[len(str(key)) + 1 :])
    head, _, rest = path.partition(".")
    return at(content[int(head)], rest)


def every_tensor(checkpoint: Checkpoint, content: Any) -> int:
    """How many tensors the parts name; each of them is the one that is there in `content`."""
    for part in checkpoint.report.parts:
        for row in part.tensors:
            expected = at(at(content, part.path), row.name)
            assert same(checkpoint.tensor(part.path, row.name), expected), (part.path, row.name)
            assert (row.shape, row.nbytes) == (tuple(expected.shape), expected.numel() * expected.element_size())
            assert f"torch.{row.dtype}" == str(expected.dtype)
    return sum(len(part.tensors) for part in checkpoint.report.parts)


def loaded(path: Path) -> Any:
    return torch.load(path, weights_only=False)


@pytest.mark.parametrize("name", PT)
def test_files_of_torch_save(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.pt"
    write_pt(path, name)
    with open_checkpoint(path) as checkpoint:
        content = loaded(path)
        assert same(checkpoint.content(""), content)
        every_tensor(checkpoint, content)
        assert (checkpoint.report.format, checkpoint.report.nbytes) == ("pt", path.stat().st_size)


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_protocol(tmp_path: Path, name: str, protocol: int) -> None:
    path = tmp_path / "file.pth"
    write_pt(path, name, protocol)
    with open_checkpoint(path) as checkpoint:
        assert same(checkpoint.content(""), loaded(path))


@pytest.mark.parametrize("name", TENSORS)
def test_files_of_safetensors(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.safetensors"
    write_safetensors(path, name)
    with open_checkpoint(path) as checkpoint:
        content = safetensors.torch.load_file(path)
        assert every_tensor(checkpoint, content) == len(content)
        whole = checkpoint.content("")
        assert set(whole) == set(content) and all(same(whole[key], content[key]) for key in content)
        assert checkpoint.report.metadata == {"format": "pt", "of": name}
        assert [(part.path, part.sort) for part in checkpoint.report.parts] == [("", "state dict")]

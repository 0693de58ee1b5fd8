"""Tensors made by hand, saved and loaded: section 5.5.1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from composer.engine.shelf import Shelf
from composer.errors import CheckpointError


def made() -> Shelf:
    shelf = Shelf()
    shelf.make("x", "arange", "4")
    shelf.make("y", "zeros", "4")
    return shelf


def test_what_is_made_is_what_torch_makes() -> None:
    shelf = Shelf()
    shelf.make("a", "arange", "0, 1, 0.25")
    shelf.make("b", "text", "[[1, 2], [3, 4]]")
    shelf.make("c", "text", "[True, False]")
    shelf.make("d", "rand", "2, 3", seed=5)
    shelf.make("e", "ones", "", dtype="bfloat16")
    shelf.make("f", "text", "[1+2j]", dtype="complex128")
    rows = {item.name: (item.sort, *item.tensors) for item in shelf.report().items}
    assert [(rows[name][1].shape, rows[name][1].dtype) for name in "abcdef"] == [
        ((4,), "float32"), ((2, 2), "int64"), ((2,), "bool"), ((2, 3), "float32"), ((), "bfloat16"),
        ((1,), "complex128"),
    ]  # fmt: skip
    generator = torch.Generator().manual_seed(5)
    assert rows["d"][1].text == str(torch.rand(2, 3, generator=generator))


def test_random_values_leave_the_global_state_alone() -> None:
    before = torch.random.get_rng_state()
    Shelf().make("x", "randn", "3")
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("how", "given", "message"),
    [
        ("arange", "", "one to three numbers"),
        ("arange", "1e12", "1,000,000,000,000 values"),
        ("arange", "0, 1, 0", "the step is 0"),
        ("arange", "nan", "one to three numbers"),
        ("rand", "2, x", "whole numbers"),
        ("rand", "-1", "none below 0"),
        ("zeros", "100000, 100000", "10,000,000,000 values"),
        ("ones", "1,1,1,1,1,1,1,1,1", "at most 8 sizes"),
        ("text", "[[1, 2], [3]]", "expected sequence of length 2"),
        ("text", "__import__('os')", "numbers in nested brackets"),
        ("text", "['a']", "numbers in nested brackets"),
        ("text", "[" * 1000, "numbers in nested brackets"),
        ("text", "1" * 30_000, "at most 20,000 characters"),
    ],
)
def test_what_makes_no_tensor_is_told(how: Any, given: str, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        Shelf().make("x", how, given)


@pytest.mark.parametrize("name", ["", "a b", "x.y", "x" * 61])
def test_names_are_identifiers(name: str) -> None:
    with pytest.raises(CheckpointError, match="cannot be a name"):
        Shelf().make(name, "arange", "4")


def test_a_tensor_a_list_and_a_dict_are_saved_as_the_book_saves_them(tmp_path: Path) -> None:
    shelf = made()
    shelf.collect("xy", "list", ["x", "y"])
    shelf.collect("mydict", "dict", ["x", "y"])
    for name in ("x", "xy", "mydict"):
        shelf.save(name, tmp_path / name, "pt")
    x, y = torch.arange(4), torch.zeros(4)
    assert torch.equal(torch.load(tmp_path / "x"), x)
    assert all(map(torch.equal, torch.load(tmp_path / "xy"), (x, y)))
    loaded = torch.load(tmp_path / "mydict")
    assert list(loaded) == ["x", "y"] and torch.equal(loaded["x"], x) and torch.equal(loaded["y"], y)
    assert loaded["x"].dtype == torch.int64
    shelf.save("mydict", tmp_path / "named.safetensors", "safetensors")
    assert torch.equal(load_file(tmp_path / "named.safetensors")["x"], x)


def test_safetensors_has_no_place_for_what_has_no_name(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"Make a dict of it, or save it as \.pt"):
        made().save("x", tmp_path / "x.safetensors", "safetensors")


def test_what_a_file_held_comes_back() -> None:
    shelf = Shelf()
    shelf.take("a", torch.ones(2))
    shelf.take("b", (torch.ones(2), torch.zeros(1)))
    shelf.take("c", {"x": torch.ones(2)})
    assert [(item.name, item.sort, len(item.tensors)) for item in shelf.report().items] == [
        ("a", "tensor", 1), ("b", "list", 2), ("c", "dict", 1),
    ]  # fmt: skip
    for content in ({"x": 1}, [], {1: torch.ones(1)}, "text"):
        with pytest.raises(CheckpointError, match="holds something else"):
            shelf.take("d", content)


def test_a_list_is_of_what_is_there() -> None:
    with pytest.raises(CheckpointError, match="'z'"):
        made().collect("l", "list", ["x", "z"])
    with pytest.raises(CheckpointError, match="nothing"):
        made().collect("l", "dict", [])


def test_a_name_is_taken_over_and_given_back() -> None:
    shelf = made()
    shelf.make("x", "ones", "1")
    assert [item.name for item in shelf.report().items] == ["y", "x"]
    shelf.remove("x")
    shelf.remove("x")
    assert [item.name for item in shelf.report().items] == ["y"]

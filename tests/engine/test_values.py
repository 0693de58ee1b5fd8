"""Values of a live model: looked at without a trace, changed in steps, and taken back."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from composer.engine.build import live
from composer.engine.held import held, named_tensors
from composer.engine.showing import FILTERS, SIDE, picture, window
from composer.engine.values import Changes
from composer.errors import DesignError
from composer.templates import load
from composer.tensor_reports import Number
from tests.build import chain, layer, linear, op


def mlp() -> nn.Module:
    return live(chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 1)))


def fingerprint(model: nn.Module) -> list[object]:
    """All that looking might change."""
    found: list[object] = [torch.get_rng_state().tolist()]
    found += [module.training for module in model.modules()]
    for name, each in named_tensors(model).items():
        grad = each.grad.tolist() if each.grad is not None else None
        values = None if isinstance(each, nn.UninitializedParameter) else each.tolist()
        found.append((name, id(each), each._version, each.requires_grad, type(each), values, grad))
    return found


@pytest.mark.parametrize("name", ["mlp", "tied_mlp", "nested_mlp", "lenet"])
def test_looking_changes_nothing(name: str) -> None:
    model = live(load(name))
    for each in model.parameters():
        if not isinstance(each, nn.UninitializedParameter):
            each.grad = torch.ones_like(each)
    before = fingerprint(model)
    held(model, {})
    for tensor in named_tensors(model).values():
        if not isinstance(tensor, nn.UninitializedParameter):
            window(tensor)
            picture(tensor)
    assert fingerprint(model) == before


def test_lazy_tensors_are_unknown_and_stay_so() -> None:
    model = live(chain(layer("0", "LazyLinear", out_features=3)))
    before = fingerprint(model)
    rows = held(model, {}).rows
    assert [(row.name, row.tensor.shape, row.statistics) for row in rows] == [
        ("0.weight", None, None),
        ("0.bias", None, None),
    ]
    assert fingerprint(model) == before


def test_only_what_changed_is_measured_again() -> None:
    model, known = mlp(), {}  # type: ignore[var-annotated]
    first = held(model, known)
    seen = dict(known)
    second = held(model, known)
    assert second == first and all(known[name][2] is seen[name][2] for name in known)
    with torch.no_grad():
        model.get_parameter("2.bias").add_(1)
    third = held(model, known)
    changed = [row.name for row, old in zip(third.rows, first.rows, strict=True) if row != old]
    assert changed == ["2.bias"]


def test_the_book_adds_one_then_sets_42() -> None:
    """Fact 38: all +1, then [0,0] = 42."""
    model, changes = mlp(), Changes()
    weight = model.get_parameter("0.weight")
    before = weight.detach().clone()
    changes.change(model, "0.weight", "", "add", 1.0)
    changes.change(model, "0.weight", "[0, 0]", "set", 42.0)
    expected = before + 1
    expected[0, 0] = 42
    assert torch.equal(weight, expected)
    assert changes.undo_name == "set 0.weight[0, 0] to 42"
    changes.undo(model)
    assert torch.equal(weight, before + 1) and changes.redo_name == "set 0.weight[0, 0] to 42"
    changes.undo(model)
    assert torch.equal(weight, before) and not changes.undo_name
    changes.undo(model)
    changes.redo(model)
    changes.redo(model)
    changes.redo(model)
    assert torch.equal(weight, expected)


def test_adding_one_turns_zeros_into_ones() -> None:
    model, changes = mlp(), Changes()
    changes.change(model, "0.bias", "", "set", 0)
    changes.change(model, "0.bias", "", "add", 1)
    assert model.get_parameter("0.bias").tolist() == [1.0] * 8


def test_a_tied_value_changes_at_all_names() -> None:
    """Fact 42: the same object, and edits are visible at both."""
    net = chain(linear("0", 8, 8), op("a", "relu"), linear("1", 8, 8), ties=(("0.weight", "1.weight"),))
    model, changes = live(net), Changes()
    changes.change(model, "1.weight", "[0, 0]", "set", 100)
    assert model.get_parameter("0.weight")[0, 0].item() == 100
    rows = {row.name: row for row in held(model, {}).rows}
    assert rows["1.weight"].tensor.owner == "0.weight"
    assert rows["1.weight"].statistics == rows["0.weight"].statistics
    changes.undo(model)
    assert model.get_parameter("0.weight")[0, 0].item() != 100


def test_what_something_else_changed_is_not_undone() -> None:
    model, changes = mlp(), Changes()
    changes.change(model, "0.bias", "", "set", 3)
    changes.change(model, "2.bias", "", "set", 4)
    with torch.no_grad():
        model.get_parameter("2.bias").add_(1)
    changes.follow(model)
    assert changes.undo_name == "set 0.bias to 3"
    changes.undo(model)
    assert model.get_parameter("2.bias").item() == 5


@pytest.mark.parametrize(
    ("dtype", "how", "number", "fits"),
    [
        (torch.float16, "set", 1e6, False), (torch.float16, "set", math.inf, True),
        (torch.float32, "set", math.nan, True),
        (torch.int8, "set", 127, True), (torch.int8, "set", 128, False), (torch.int8, "set", 0.5, False),
        (torch.int8, "add", 100, False), (torch.int64, "set", 2.0, True), (torch.int64, "set", math.inf, False),
        (torch.bool, "set", 1, True), (torch.bool, "add", 1, False), (torch.bool, "set", 2, False),
        (torch.complex64, "set", 1 + 2j, True), (torch.float32, "set", 1j, False),
    ],
)  # fmt: skip
def test_numbers_that_fit(dtype: torch.dtype, how: str, number: Number, fits: bool) -> None:
    model = nn.Module()
    model.register_buffer("b", torch.full((2, 2), 50).to(dtype))
    before = named_tensors(model)["b"].clone()
    changes = Changes()
    if fits:
        changes.change(model, "b", "[1]", how, number)  # type: ignore[arg-type]
        after = named_tensors(model)["b"]
        assert torch.equal(after[0], before[0]) and after.dtype == dtype
        assert torch.equal(after[1], torch.full((2,), number, dtype=dtype)) or number != number
    else:
        with pytest.raises(DesignError, match="can hold"):
            changes.change(model, "b", "[1]", how, number)  # type: ignore[arg-type]
        assert torch.equal(named_tensors(model)["b"], before)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("[8, 0]", "indices from -8 to 7, as its shape is 8×4"),
        ("[0, 0, 0]", "at most 2 indices"),
        ("[__import__('os')]", "an index such as"),
        ("[0:4:-1]", "steps above 0"),
        ("[..., ...]", "at most 2 indices"),
        ("0]", "an index such as"),
    ],
)
def test_places_that_are_none(where: str, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        Changes().change(mlp(), "0.weight", where, "set", 1)


def test_what_has_no_values_is_refused() -> None:
    model = live(chain(layer("0", "LazyLinear", out_features=3)))
    with pytest.raises(DesignError, match="uninitialized"):
        Changes().change(model, "0.weight", "", "set", 1)
    with pytest.raises(DesignError, match="none of that name"):
        Changes().change(model, "1.weight", "", "set", 1)


@pytest.mark.parametrize("where", ["", "[1]", "[:, 2]", "[..., 1:3]", "[1:3, ::2, 0]", "[0, 1, 2]"])
def test_a_window_is_what_indexing_gives(where: str) -> None:
    tensor = torch.arange(60.0).reshape(3, 4, 5)
    found = window(tensor, where, rows=100, columns=100)
    part = eval(f"tensor{where}") if where else tensor
    flat = part.reshape(-1, part.shape[-1]) if part.dim() else part.reshape(1, 1)
    assert torch.equal(torch.tensor(found.rows), flat)
    if len(part.shape) == 3:
        assert all(tensor[name][found.columns[0]] == row[0] for name, row in zip(found.names, found.rows, strict=True))


def test_pages_of_a_large_tensor() -> None:
    tensor = torch.arange(1000.0 * 30).reshape(1000, 30)
    found = window(tensor, "", top=990, left=25, rows=50, columns=20)
    assert (found.top, found.left, found.height, found.width) == (990, 25, 1000, 30)
    assert torch.equal(torch.tensor(found.rows), tensor[990:, 25:])
    assert window(torch.tensor(2.5)).rows == ((2.5,),)
    assert window(torch.empty(0, 3)).rows == ()


def mean_of_blocks(matrix: Tensor, down: int, across: int) -> list[list[float]]:
    return [[float(cell.mean()) for cell in row.split(across, dim=1)] for row in matrix.double().split(down)]


def test_pictures() -> None:
    matrix = torch.randn(SIDE * 2 + 1, 7)
    found = picture(matrix)
    assert found and found.cell == (3, 1)
    assert torch.allclose(torch.tensor(found.images[0]), torch.tensor(mean_of_blocks(matrix, 3, 1)), atol=1e-6)
    filters = picture(torch.randn(10, 6, 5, 5), first=50)
    assert filters and (filters.total, filters.first, len(filters.images)) == (60, 50, 10)
    assert filters.labels[0] == (8, 2) and filters.cell == (1, 1)
    every = picture(torch.randn(10, 6, 5, 5))
    assert every and len(every.images) == FILTERS
    assert picture(torch.tensor(1.0)) is None and picture(torch.empty(0, 2)) is None
    vector = picture(torch.arange(3.0))
    assert vector and vector.images == (((0.0, 1.0, 2.0),),)

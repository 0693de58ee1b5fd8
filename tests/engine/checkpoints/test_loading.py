"""Loading into a live model, with torch's `load_state_dict` as the oracle; a failed one leaves the model as it was."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from composer import templates
from composer.checkpoint_reports import LoadReport, Pair
from composer.engine.build import live
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.held import named_tensors
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.errors import CheckpointError
from composer.matching.match import match
from composer.reports import Progress
from tests.build import chain, layer, linear, op
from tests.engine.checkpoints.stub import Stub
from tests.engine.fingerprint import fingerprint

DRAWS = torch.Generator().manual_seed(7).get_state()


def loaded(
    model: nn.Module, file: Mapping[str, Tensor], *pairs: Pair, changes: Changes | None = None, **options: Any
) -> LoadReport:
    """Load `pairs`, or everything that the match of names finds."""
    stub = Stub(file, options.pop("of", None))
    found = pairs or match(tensors_of(model), stub.report.parts[0], slices=options.get("slices", False)).pairs()
    return load(model, stub, "", found, changes or Changes(), DRAWS, **options)


def refused(model: nn.Module, file: Mapping[str, Tensor], *pairs: Pair, **options: Any) -> str:
    """What a load that fails says, having left all as it was."""
    changes = Changes()
    before = fingerprint(model)
    with pytest.raises(CheckpointError) as error:
        loaded(model, file, *pairs, changes=changes, **options)
    assert fingerprint(model) == before and changes.undo_name == ""
    assert len(str(error.value)) <= 300
    return str(error.value)


def random_values(model: nn.Module, seed: int = 1) -> dict[str, Tensor]:
    """A state dict of other values (a variance is positive), equal where names are of one parameter."""
    draw, other = torch.Generator().manual_seed(seed), copy.deepcopy(model)
    with torch.no_grad():
        for each in (*other.parameters(), *other.buffers()):
            each.copy_(torch.rand(each.shape, generator=draw) + 0.1 if each.is_floating_point() else each + 3)
    return other.state_dict()


def same_values(model: nn.Module, state: Mapping[str, Tensor]) -> bool:
    mine = model.state_dict()
    return mine.keys() == state.keys() and all(torch.equal(mine[name], state[name]) for name in state)


def mlp(**fields: Any) -> nn.Module:
    return live(chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 1), **fields))


@pytest.mark.parametrize("name", ["mlp", "mixed_mlp", "nested_mlp", "nested_blocks", "lenet"])
def test_what_is_loaded_is_what_torch_loads(name: str) -> None:
    model = live(templates.load(name))
    file, oracle = random_values(model), copy.deepcopy(model)
    assert not oracle.load_state_dict(file).missing_keys
    identities = {name: id(each) for name, each in model.named_parameters()}
    report = loaded(model, file)
    assert same_values(model, oracle.state_dict())
    assert {row.name for row in report.loaded} == file.keys() and report.kept == () and report.undoable
    assert {name: id(each) for name, each in model.named_parameters()} == identities


@settings(max_examples=40)
@given(st.data())
def test_any_part_of_any_types_is_what_torch_loads(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16]))
    model = mlp().to(dtype)
    file = {
        name: each.to(data.draw(st.sampled_from([torch.float32, torch.float64, torch.bfloat16])))
        for name, each in random_values(model).items()
        if data.draw(st.booleans())
    } | {"other": torch.ones(1)}
    oracle = copy.deepcopy(model)
    oracle.load_state_dict(file, strict=False)
    report = loaded(model, file)
    assert same_values(model, oracle.state_dict())
    assert {each.dtype for each in model.parameters()} == {dtype}
    assert {*report.kept, *(row.name for row in report.loaded)} == model.state_dict().keys()


def test_gradients_what_trains_and_versions_are_as_after_a_copy() -> None:
    model = mlp()
    weight = model.get_parameter("0.weight")
    weight.grad = torch.ones_like(weight)
    weight.requires_grad_(False)
    version = weight._version
    loaded(model, random_values(model))
    assert torch.equal(weight.grad, torch.ones(8, 4)) and not weight.requires_grad
    assert weight._version == version + 1


def test_one_step_back_and_one_forth() -> None:
    model, changes = mlp(), Changes()
    before, file = copy.deepcopy(model.state_dict()), random_values(model)
    loaded(model, file, changes=changes)
    assert changes.undo_name == "load a file"
    changes.undo(model)
    assert same_values(model, before)
    changes.redo(model)
    assert same_values(model, file)


def test_what_is_too_large_for_the_way_back_is_loaded_and_said_not_to_be_undoable() -> None:
    model, changes = mlp(), Changes(nbytes=10)
    file = random_values(model)
    assert not loaded(model, file, changes=changes).undoable
    assert changes.undo_name == "" and same_values(model, file)


def test_values_that_can_be_recalled_are_not_kept_however_large_they_are() -> None:
    model, changes = mlp(), Changes(nbytes=10)
    before, file = copy.deepcopy(model.state_dict()), random_values(model)
    recall = lambda: named_tensors(mlp())  # noqa: E731
    assert loaded(model, file, changes=changes, recall=recall).undoable
    assert same_values(model, file) and changes.undo_name == "load a file"
    changes.undo(model)
    assert same_values(model, before) and (changes.undo_name, changes.redo_name) == ("", "")  # too large to be kept

    changes = Changes()
    loaded(model, file, changes=changes, recall=recall)
    changes.change(model, "2.bias", "", "set", 3.0)
    changes.undo(model)
    changes.undo(model)
    assert same_values(model, before)
    changes.redo(model)
    assert same_values(model, file)
    changes.undo(model)
    assert same_values(model, before)


def test_a_copy_that_fails_puts_back_what_is_recalled() -> None:
    model = mlp()
    before = copy.deepcopy(model.state_dict())

    def stop(event: Progress) -> None:
        if event.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loaded(model, random_values(model), tell=stop, recall=lambda: named_tensors(mlp()))
    assert same_values(model, before)


def test_a_copy_that_fails_in_the_middle_leaves_no_trace_of_values() -> None:
    model = live(chain(layer("0", "LazyLinear", out_features=3), linear("1", 3, 2)))
    changes = Changes()
    changes.change(model, "1.bias", "[0]", "set", 5.0)
    before = fingerprint(model)

    def stop(event: Progress) -> None:
        if event.done == 3:
            raise KeyboardInterrupt

    file = {"0.weight": torch.ones(3, 7), "1.weight": torch.ones(2, 3), "1.bias": torch.ones(2)}
    with pytest.raises(KeyboardInterrupt):
        loaded(model, file, changes=changes, tell=stop)
    after = fingerprint(model)
    assert {key for key in before if before[key] != after[key]} <= {"1.weight: version", "1.bias: version"}
    changes.undo(model)
    assert model.get_parameter("1.bias")[0] != 5.0


def test_another_shape_is_refused_with_both_and_a_way_on() -> None:
    text = refused(mlp(), {"0.weight": torch.ones(4, 8)}, Pair("0.weight", "0.weight"))
    assert text == "0.weight: expects 8×4, the file has 4×8. Choose another key, load slices of it, or leave it out."
    text = refused(mlp(), {"0.weight": torch.ones(32)}, Pair("0.weight", "0.weight"), slices=True)
    assert text == "0.weight: expects 8×4, the file has 32. Choose another key, leave it out."


@pytest.mark.parametrize("shape", [(2, 9), (8, 3), (9, 4), (1, 1)])
def test_slices_fill_what_both_have_room_for(shape: tuple[int, int]) -> None:
    model, changes = mlp(), Changes()
    weight = model.get_parameter("0.weight").detach()
    before, file = weight.clone(), torch.randn(shape, dtype=torch.float64)
    report = loaded(model, {"0.weight": file}, changes=changes, slices=True)
    rows, columns = min(8, shape[0]), min(4, shape[1])
    assert torch.equal(weight[:rows, :columns], file[:rows, :columns].float())
    rest = torch.ones(8, 4, dtype=torch.bool)
    rest[:rows, :columns] = False
    assert torch.equal(weight[rest], before[rest])
    assert report.loaded[0].note == f"the first {rows}×{columns} values; float64 → float32, rounded"
    changes.undo(model)
    assert torch.equal(weight, before)


def test_a_transposed_weight() -> None:
    model, file = mlp(), torch.randn(4, 8)
    loaded(model, {"w": file}, Pair("0.weight", "w", transpose=True))
    assert torch.equal(model.get_parameter("0.weight"), file.t())
    text = refused(model, {"w": torch.ones(8)}, Pair("0.bias", "w", transpose=True))
    assert text == "w of the file has 1 dimensions, and only a matrix can be transposed. Load it as it is."


@pytest.mark.parametrize(
    ("pairs", "zero", "text"),
    [
        ([Pair("x", "a")], [], "The model saves no parameter or buffer 'x': choose a name that it has."),
        ([], ["x"], "The model saves no parameter or buffer 'x': choose a name that it has."),
        ([Pair("0.bias", "b")], [], "0.bias: the file has no 'b' to load: choose one of its keys."),
        ([Pair("0.bias", "a")] * 2, [], "0.bias is to get its values twice: leave all but one out."),
        ([Pair("0.bias", "a")], ["0.bias"], "0.bias is to get its values twice: leave all but one out."),
        ([], ["0.bias", "0.bias"], "0.bias is to get its values twice: leave all but one out."),
    ],
)
def test_wrong_names_are_refused(pairs: list[Pair], zero: list[str], text: str) -> None:
    model = mlp()
    with pytest.raises(CheckpointError) as error:
        load(model, Stub({"a": torch.ones(8)}), "", pairs, Changes(), DRAWS, zero=zero)
    assert str(error.value) == text


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"^The file has no tensors at 'model'; it has them at ''\.$"):
        load(mlp(), Stub({}), "model", [], Changes(), DRAWS)


def test_what_is_missing_can_be_set_to_zero_in_the_same_step() -> None:
    model, changes = mlp(), Changes()
    before = copy.deepcopy(model.state_dict())
    report = loaded(model, {"0.weight": torch.ones(8, 4)}, changes=changes, zero=["0.bias"])
    assert report.zeroed == ("0.bias",) and report.kept == ("2.weight", "2.bias")
    assert not model.get_parameter("0.bias").any() and model.get_parameter("2.bias").all()
    changes.undo(model)
    assert same_values(model, before)


def test_types_that_lose_something_are_refused_by_their_values() -> None:
    model = mlp()
    bias = model.get_parameter("0.bias").detach()
    loaded(model, {"0.bias": torch.arange(8)})
    assert torch.equal(bias, torch.arange(8.0))
    text = refused(model, {"0.bias": torch.full((8,), 2**24 + 1)})
    assert text == "0.bias: the file has values that are not among those of float32 (it has int64). Leave it out."
    text = refused(model, {"0.bias": torch.full((8,), 1e300, dtype=torch.float64)})
    assert text == "0.bias: the file has values too large for float32 (it has float64). Leave it out."
    text = refused(model, {"0.bias": torch.ones(8, dtype=torch.complex64)}, Pair("0.bias", "0.bias"))
    assert text == (
        "0.bias: complex64 does not become float32: imaginary parts would be lost. Leave it out, or give the layer "
        "the dtype complex64."
    )
    count = live(chain(layer("bn", "BatchNorm1d", num_features=2)))
    loaded(count, {"bn.num_batches_tracked": torch.tensor(3, dtype=torch.int8)})
    assert count.get_buffer("bn.num_batches_tracked") == 3
    assert "fractions would be lost" in refused(count, {"x": torch.tensor(3.0)}, Pair("bn.num_batches_tracked", "x"))


def test_what_is_not_finite_is_loaded_and_counted() -> None:
    model = mlp()
    values = torch.tensor([math.nan, math.inf, -math.inf, 3e38, 3e38, 0, 1, math.nan])
    (row,) = loaded(model, {"0.bias": values}).loaded
    assert (row.nan, row.inf) == (2, 2)
    (row,) = loaded(model, {"0.bias": torch.full((8,), 3e38)}).loaded  # their sum is infinite, they are not
    assert (row.nan, row.inf) == (0, 0)
    (row,) = loaded(model, {"0.bias": values.half()}).loaded
    assert (row.nan, row.inf) == (2, 4)
    (row,) = loaded(model, {"0.bias": values}, count=False).loaded
    assert (row.nan, row.inf) == (None, None) and model.get_parameter("0.bias").isnan().sum() == 2


def test_names_of_one_parameter_take_one_value() -> None:
    model = live(templates.load("tied_mlp"))
    owner = next(row for row in tensors_of(model) if row.owner)
    value = torch.randn(owner.shape or ())
    nan = value.clone()
    nan.view(-1)[0] = math.nan
    for file in ({owner.name: value}, {owner.owner: value}, {owner.owner: nan, owner.name: nan.clone()}):
        report = loaded(model, file)
        assert torch.equal(model.get_parameter(owner.name).nan_to_num(), next(iter(file.values())).nan_to_num())
        assert not {owner.name, owner.owner} & set(report.kept)
    text = refused(model, {owner.owner: value, owner.name: value + 1})
    assert text == (
        f"{owner.owner} and {owner.name} are one parameter here, and {owner.owner} and {owner.name} of the file "
        "differ. Load only one of them, or untie them first."
    )
    with pytest.raises(CheckpointError, match="is to get its values twice"):
        loaded(model, {owner.owner: value}, zero=[owner.name])


def test_a_tie_of_a_file_goes_into_a_model_with_and_without_it(tmp_path: Path) -> None:
    """Fact 47: loading copies values, not the tie."""
    tied = live(templates.load("tied_mlp"))
    owner = next(row for row in tensors_of(tied) if row.owner)
    torch.save(tied.state_dict(), tmp_path / "tied.pt")
    free = copy.deepcopy(tied)
    free.add_module(owner.name.removesuffix(".weight"), nn.Linear(8, 8))
    for model in (live(templates.load("tied_mlp")), free):
        with open_checkpoint(tmp_path / "tied.pt") as file:
            (part,) = file.report.parts
            assert [row.of for row in part.tensors if row.name == owner.name] == [owner.owner]
            load(model, file, "", match(tensors_of(model), part).pairs(), Changes(), DRAWS)
        assert same_values(model, tied.state_dict())
    assert free.get_parameter(owner.name) is not free.get_parameter(owner.owner)


def test_loading_nothing_is_no_step() -> None:
    model, changes = mlp(), Changes()
    changes.change(model, "2.bias", "", "set", 3.0)
    before = fingerprint(model)
    report = load(model, Stub({}), "", [], changes, DRAWS, label="load nothing.pt")
    assert (report.loaded, report.kept, report.undoable) == ((), tuple(model.state_dict()), True)
    assert fingerprint(model) == before and changes.undo_name == "set 2.bias to 3"


def test_progress_is_told() -> None:
    events: list[Progress] = []
    loaded(mlp(), random_values(mlp()), tell=events.append)
    assert [(each.text, each.done, each.total) for each in events] == [
        ("0.weight", 1, 4), ("0.bias", 2, 4), ("2.weight", 3, 4), ("2.bias", 4, 4),
    ]  # fmt: skip

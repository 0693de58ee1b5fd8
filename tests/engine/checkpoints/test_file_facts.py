"""Facts 70 to 80 of chapter 5: files. Each with plain torch first, and then with what the app does."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from composer.checkpoint_reports import Part
from composer.codegen.source import class_name_of
from composer.design.document import Design, Input
from composer.engine.build import build, live, source_of
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.checkpoints.optimizers import load_optimizer
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.errors import CheckpointError
from composer.matching.match import MatchReport, match
from tests.build import chain, layer, linear, op
from tests.by_hand import MLP

X = torch.randn(2, 20, generator=torch.Generator().manual_seed(1))
DRAWS = torch.Generator().manual_seed(7).get_state()


def design(activation: str = "relu", hidden: int = 256, seed: int = 0) -> Design:
    """The book's MLP of section 5.5, with its names."""
    return chain(
        linear("hidden", 20, hidden),
        op("act", activation),
        linear("out", hidden, 10),
        inputs=(Input(shape=("N", 20)),),
        seed=seed,
    )


def saved(path: Path, what: Any) -> Path:
    torch.save(what, path)
    return path


def through_the_door(path: Path) -> Any:
    with open_checkpoint(path) as file:
        return file.content("")


def part_of(path: Path) -> Part:
    with open_checkpoint(path) as file:
        return file.report.parts[0]


def looked_at(path: Path, model: nn.Module, **options: Any) -> MatchReport:
    return match(tensors_of(model), part_of(path), **options)


def loaded(path: Path, model: nn.Module, **options: Any) -> MatchReport:
    """Load all that fits, and what the look before said."""
    with open_checkpoint(path) as file:
        report = match(tensors_of(model), file.report.parts[0])
        load(model, file, file.report.parts[0].path, report.pairs(), Changes(), DRAWS, **options)
    return report


def same(left: Any, right: Any) -> bool:
    if isinstance(left, Tensor):
        return left.dtype == right.dtype and torch.equal(left, right)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return len(left) == len(right) and all(map(same, left, right))


@pytest.mark.parametrize(
    "what",
    [torch.arange(4), [torch.arange(4), torch.zeros(4)], {"x": torch.arange(4), "y": torch.zeros(4)}],
    ids=["a tensor", "a list", "a dict"],
)
@pytest.mark.parametrize("read", [lambda path: torch.load(path), through_the_door], ids=["torch", "the door"])
def test_70_a_tensor_a_list_and_a_dict_come_back_with_their_types(
    tmp_path: Path, what: Any, read: Callable[[Path], Any]
) -> None:
    assert same(read(saved(tmp_path / "x-file", what)), what)


def test_71_a_clone_with_loaded_weights_is_exactly_equal_and_the_file_is_little_more_than_they_are(
    tmp_path: Path,
) -> None:
    net, clone = MLP(), MLP()
    assert not torch.equal(net(X), clone(X))
    path = saved(tmp_path / "mlp.params", net.state_dict())
    clone.load_state_dict(torch.load(path))
    assert torch.equal(clone.eval()(X), net(X))
    weights = sum(each.nbytes for each in net.parameters())
    assert weights == 31_784 and weights < path.stat().st_size < weights + 3_000

    ours = live(design(seed=5))
    assert loaded(path, ours).complete
    assert torch.equal(ours.eval()(X), net(X))


def test_72_wrong_names_are_an_error_unless_they_are_asked_to_be_listed(tmp_path: Path) -> None:
    net = MLP()
    wrong = {f"net.{name}": each for name, each in net.state_dict().items()}
    with pytest.raises(RuntimeError, match="Missing key"):
        net.load_state_dict(wrong)
    listed = net.load_state_dict(wrong, strict=False)
    assert (listed.missing_keys, listed.unexpected_keys) == (list(net.state_dict()), list(wrong))

    report = looked_at(saved(tmp_path / "wrong.pt", wrong), live(design()))
    assert not report.complete and report.pairs() == ()
    assert [row.name for row in report.rows if row.state == "missing"] == listed.missing_keys
    assert [row.key for row in report.rows if row.state == "unexpected"] == listed.unexpected_keys


def test_73_a_wrong_shape_is_an_error_even_where_names_need_not_agree(tmp_path: Path) -> None:
    state = live(design(hidden=128)).state_dict()
    with pytest.raises(RuntimeError, match="size mismatch"):
        MLP().load_state_dict(state, strict=False)

    ours = live(design())
    path = saved(tmp_path / "small.pt", state)
    differing = [row.name for row in looked_at(path, ours).rows if row.state == "shape differs" and not row.loads]
    assert differing == ["hidden.weight", "hidden.bias", "out.weight"]
    asked = match(tensors_of(ours), part_of(path), slices=True).pairs()
    with open_checkpoint(path) as file, pytest.raises(CheckpointError, match=r"^hidden\.weight: expects 256×20, the"):
        load(ours, file, "", asked, Changes(), DRAWS)


def match_part(path: Path) -> Any:
    with open_checkpoint(path) as file:
        return file.report.parts[0]


def test_74_the_same_keys_load_into_another_forward_which_gives_other_outputs(tmp_path: Path) -> None:
    net, other = live(design()), live(design("tanh"))
    assert str(other.load_state_dict(net.state_dict())) == "<All keys matched successfully>"
    assert not torch.equal(other(X), net(X))

    other = live(design("tanh", seed=3))
    assert loaded(saved(tmp_path / "relu.pt", net.state_dict()), other).complete
    assert torch.equal(other.get_parameter("hidden.weight"), net.get_parameter("hidden.weight"))
    assert not torch.equal(other(X), net(X))


def test_75_a_state_dict_is_no_snapshot_and_a_copy_of_it_is(tmp_path: Path) -> None:
    net = MLP()
    alias, snapshot = net.state_dict(), copy.deepcopy(net.state_dict())
    with torch.no_grad():
        net.hidden.weight.add_(1)
    assert torch.equal(alias["hidden.weight"], net.hidden.weight)
    assert not torch.equal(snapshot["hidden.weight"], net.hidden.weight)

    ours = live(design())
    alias, snapshot = ours.state_dict(), copy.deepcopy(ours.state_dict())
    loaded(saved(tmp_path / "mlp.params", net.state_dict()), ours)
    assert torch.equal(alias["hidden.weight"], net.hidden.weight)
    assert not torch.equal(snapshot["hidden.weight"], net.hidden.weight)


def test_76_a_whole_module_is_loaded_only_by_who_trusts_it_and_never_by_the_app(tmp_path: Path) -> None:
    net = MLP()
    path = saved(tmp_path / "whole.pt", net)
    with pytest.raises(Exception, match="weights_only"):
        torch.load(path)
    assert torch.equal(torch.load(path, weights_only=False)(X), net(X))

    with pytest.raises(CheckpointError) as error:
        open_checkpoint(path)
    assert "“tests.by_hand.MLP”, whose code would have to run" in str(error.value)
    assert "save model.state_dict()" in str(error.value)


def trained(net: nn.Module, optimizer: torch.optim.Optimizer, first: int, last: int) -> None:
    """Steps `first` to `last`, each on data of its own."""
    for step in range(first, last):
        x = torch.randn(8, 20, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        net(x).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize(
    "kind",
    [
        torch.optim.Adam,
        torch.optim.AdamW,
        torch.optim.RMSprop,
        lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    ],
    ids=["Adam", "AdamW", "RMSprop", "SGD with momentum"],
)
def test_77_training_goes_on_to_the_bit_only_with_the_state_of_the_optimizer(
    tmp_path: Path, kind: Callable[..., torch.optim.Optimizer]
) -> None:
    net = live(design())
    optimizer = kind(net.parameters())
    trained(net, optimizer, 0, 5)
    path = saved(tmp_path / "run.pt", {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "step": 5})
    trained(net, optimizer, 5, 10)

    def resumed(with_state: bool) -> bool:
        again = live(design(seed=9))
        other = kind(again.parameters())
        loaded(path, again)
        if with_state:
            with open_checkpoint(path) as file:
                load_optimizer(other, file, "optimizer")
        trained(again, other, 5, 10)
        return all(map(torch.equal, net.parameters(), again.parameters()))

    assert resumed(with_state=True)
    assert not resumed(with_state=False)


def test_78_a_slice_shares_layers_and_a_partial_load_copies_them(tmp_path: Path) -> None:
    """Exercise 2 of section 5.5: the first two layers of an MLP in another, with a head of its own for 3 classes."""
    net = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
    shared = nn.Sequential(*net[:2], nn.Linear(256, 3))
    assert shared[0] is net[0]
    copied = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 3))
    first = {name: each for name, each in net.state_dict().items() if name.startswith("0.")}
    assert copied.load_state_dict(first, strict=False).missing_keys == ["2.weight", "2.bias"]
    assert torch.equal(copied[0].weight, net[0].weight) and copied[0].weight is not net[0].weight

    ours = live(chain(linear("0", 20, 256), op("1", "relu"), linear("2", 256, 3), inputs=(Input(shape=("N", 20)),)))
    head = ours.get_parameter("2.weight").clone()
    report = loaded(saved(tmp_path / "mlp.pt", first), ours)
    assert [row.name for row in report.rows if row.state == "missing"] == ["2.weight", "2.bias"]
    assert torch.equal(ours.get_parameter("0.weight"), net[0].weight)
    assert torch.equal(ours.get_parameter("2.weight"), head)
    ours.get_submodule("0").requires_grad_(False)
    ours(X).sum().backward()
    assert ours.get_parameter("0.weight").grad is None and ours.get_parameter("2.weight").grad is not None
    assert sum(each.numel() for each in ours.parameters() if each.requires_grad) == 771


def test_79_an_exported_program_runs_without_the_class() -> None:
    made = design()
    model = build(source_of(made), class_name_of(made)).eval()
    file = io.BytesIO()
    torch.export.save(torch.export.export(model, (X,)), file)
    file.seek(0)
    again = torch.export.load(file).module()
    assert torch.equal(again(X), model(X)) and type(again).__name__ != class_name_of(made)


def test_80_what_a_batch_norm_saves(tmp_path: Path) -> None:
    def sizes(module: nn.Module) -> tuple[int, int, int]:
        parameters = sum(each.numel() for each in module.parameters())
        return len(module.state_dict()), parameters, sum(each.numel() for each in module.buffers())

    assert sizes(nn.BatchNorm1d(3)) == (5, 6, 7)
    ours, trained = live(chain(layer("bn", "BatchNorm1d", num_features=3))), nn.BatchNorm1d(3)
    assert sizes(ours) == (5, 6, 7)
    trained(torch.randn(8, 3))
    path = saved(tmp_path / "bn.pt", {f"bn.{name}": each for name, each in trained.state_dict().items()})
    assert loaded(path, ours).complete and len(loaded(path, ours).rows) == 5
    assert same(dict(ours.get_submodule("bn").state_dict()), dict(trained.state_dict()))

"""What is exported is what ran: exported files, in a clean process, against the live model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings

from composer import templates
from composer.codegen.finish import has_lazy
from composer.codegen.source import class_name_of
from composer.design import text
from composer.design.check import check
from composer.design.document import Design
from composer.design.nodes import Code, Layer, Op, Parallel, Repeat, Residual, Sequential, Shared, Tensor, Use
from composer.design.paths import scopes, walk
from composer.engine.build import live, source_of
from composer.engine.shapes import shapes
from composer.engine.symbols import symbols
from composer.templates import layers
from tests.clean import run_clean, ties
from tests.strategies import designs

RANDOM_DESIGNS = 200


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """How a sum is split over threads decides its last bits: the clean process has one thread, so have we."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def sample_inputs(design: Design, size: int = 3) -> list[torch.Tensor]:
    """Random inputs of the design, symbols bound to `size`."""
    found = []
    for each in design.inputs:
        shape = [size if isinstance(dim, str) else dim for dim in each.shape]
        dtype = getattr(torch, each.dtype)
        if dtype.is_floating_point or dtype.is_complex:
            found.append(torch.randn(shape, dtype=dtype))
        elif dtype == torch.bool:
            found.append(torch.rand(shape) < 0.5)
        else:
            found.append(torch.randint(0, each.high or 10, shape, dtype=dtype))
    return found


def equal(a: Any, b: Any) -> bool:
    """`torch.equal` through tuples; NaN equals NaN."""
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(equal, a, b))
    return a.dtype == b.dtype and torch.equal(torch.nan_to_num(a), torch.nan_to_num(b))


def export(design: Design, folder: Path) -> dict[str, Any]:
    """Write what the clean process needs; return what it has to find."""
    folder.mkdir()
    assert check(design) == ()
    report = shapes(design)
    assert report.problems == ()
    (folder / "model.py").write_text(source_of(design), encoding="utf-8")
    model = live(design).eval()
    lazy = has_lazy(design)
    initial = {} if lazy else {name: tensor.clone() for name, tensor in model.state_dict().items()}
    torch.manual_seed(1)
    inputs = sample_inputs(design)
    with torch.no_grad():
        model(*inputs)  # gives lazy layers their sizes
        for name, parameter in model.named_parameters():
            if "frozen" not in name and parameter.dtype.is_floating_point:
                parameter.add_(torch.randn(parameter.shape).to(parameter.dtype), alpha=0.05)
        output = model(*inputs)
    torch.save(model.state_dict(), folder / "state.pt")
    torch.save({"inputs": inputs, "seed": design.seed, "lazy": lazy}, folder / "inputs.pt")
    assert [row.name for row in report.tensors if row.saved] == list(model.state_dict())
    return {
        "name": class_name_of(design),
        "keys": list(model.state_dict()),
        "ties": ties(model),
        "trainable": [name for name, p in model.named_parameters() if p.requires_grad],
        "initial": initial,
        "output": output,
    }


def compare(folder: Path, expected: dict[str, Any]) -> None:
    found = torch.load(folder / "result.pt")
    assert found["name"] == found["class"] == expected["name"]
    assert found["keys"] == expected["keys"]
    assert found["ties"] == expected["ties"]
    assert found["trainable"] == expected["trainable"]
    assert all(equal(found["initial"][name], tensor) for name, tensor in expected["initial"].items())
    assert equal(found["output"], expected["output"])


def test_every_template(tmp_path: Path) -> None:
    expected = {name: export(templates.load(name), tmp_path / name) for name in templates.names()}
    run_clean(tmp_path)
    for name, facts in expected.items():
        compare(tmp_path / name, facts)


def test_every_layer_that_is_ready_to_take(tmp_path: Path) -> None:
    expected = {name: export(layers.load(name).design(), tmp_path / name) for name in layers.names()}
    run_clean(tmp_path)
    for name, facts in expected.items():
        compare(tmp_path / name, facts)


def test_random_designs(tmp_path: Path) -> None:
    collected: dict[str, Design] = {}

    @settings(
        max_examples=RANDOM_DESIGNS * 3 // 2,  # some come twice
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(designs())
    def collect(design: Design) -> None:
        if len(collected) < RANDOM_DESIGNS:
            collected[text.dumps(design)] = design

    collect()
    assert len(collected) == RANDOM_DESIGNS
    used = {type(node) for design in collected.values() for _, root, _ in scopes(design) for _, node in walk(root)}
    assert used == {Layer, Op, Tensor, Use, Shared, Sequential, Parallel, Residual, Repeat, Code}, "every kind of node"
    expected = [export(design, tmp_path / f"{k:03}") for k, design in enumerate(collected.values())]
    run_clean(tmp_path)
    for k, facts in enumerate(expected):
        compare(tmp_path / f"{k:03}", facts)


@pytest.mark.parametrize("name", templates.names())
def test_source_compiles_and_is_plain(name: str) -> None:
    design = templates.load(name)
    code = source_of(design)
    compile(code, name, "exec")
    assert "composer" not in code.split('"""')[2], "the code itself knows nothing of us"
    assert max(map(len, code.splitlines())) <= 120
    assert symbols(design)[0] == "N"

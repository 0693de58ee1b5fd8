"""A model taken elsewhere: what is written runs without us, and gives what the live model gives."""

from __future__ import annotations

import copy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.engine.build import live
from composer.engine.exports import program, trials
from composer.engine.exports.package import write_package
from composer.engine.exports.program import write_onnx, write_program
from composer.errors import CheckpointError
from composer.export_reports import ExportReport
from tests.engine.fingerprint import fingerprint

Write = Callable[[Design, nn.Module, Path], ExportReport]
WRITERS: dict[str, Write] = {".pt2": write_program, ".onnx": write_onnx, ".zip": write_package}
SMALL = ("lenet", "mlp", "mixed_mlp", "nested_blocks", "nested_mlp", "tied_mlp")


def trained(design: Design) -> nn.Module:
    """A live model whose values are not those that its seed gives."""
    model = live(design)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for each in model.parameters():
            each.add_(torch.randn(each.shape, generator=generator) / 10)
    return model.train()


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", SMALL)
def test_a_template_is_written_read_and_gives_the_same(name: str, ending: str, tmp_path: Path) -> None:
    design = templates.load(name)
    model = trained(design)
    before = fingerprint(model)
    report = WRITERS[ending](design, model, tmp_path / f"model{ending}")
    assert fingerprint(model) == before
    assert [shapes[0][0] for shapes in (each.shapes for each in report.checked)] == [2, 1, 5]
    assert report.free == trials.symbols(design.inputs) and not report.fixed
    assert report.nbytes == (tmp_path / f"model{ending}").stat().st_size
    if ending == ".zip":
        assert all(each.difference == 0 for each in report.checked)


@pytest.mark.slow
@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", sorted(set(templates.names()) - set(SMALL)))
def test_large_templates_too(name: str, ending: str, tmp_path: Path) -> None:
    design = templates.load(name)
    report = WRITERS[ending](design, trained(design), tmp_path / f"model{ending}")
    assert len(report.checked) >= 3


def test_a_program_runs_in_a_clean_process_without_the_class(tmp_path: Path) -> None:
    """Fact 79: torch.export reloads without the class."""
    design = templates.load("tied_mlp")
    model = trained(design)
    write_program(design, model, tmp_path / "model.pt2")
    inputs = torch.randn(3, 4)
    torch.save(inputs, tmp_path / "inputs.pt")
    text = "import sys, torch; sys.modules['composer'] = None; torch.save(torch.export.load('model.pt2').module()("
    text += "torch.load('inputs.pt')), 'outputs.pt')"
    subprocess.run([sys.executable, "-W", "ignore", "-c", text], cwd=tmp_path, check=True, timeout=120)
    assert torch.allclose(torch.load(tmp_path / "outputs.pt"), model.eval()(inputs), atol=1e-6)


def test_the_package_s_example_is_five_lines_that_need_torch_alone(tmp_path: Path) -> None:
    design = templates.load("lenet")
    model = trained(design)
    write_package(design, model, tmp_path / "lenet.zip")
    with zipfile.ZipFile(tmp_path / "lenet.zip") as archive:
        assert archive.namelist() == ["model.py", "weights.pt", "example.py"]
        archive.extractall(tmp_path)
    lines = [line for line in (tmp_path / "example.py").read_text().splitlines() if line]
    assert len(lines) == 5
    code = "import sys; sys.modules['composer'] = sys.modules['safetensors'] = None\n" + "\n".join(lines)
    code += "\ntorch.save(model.state_dict(), 'again.pt')"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=tmp_path, check=True, timeout=120)
    again = torch.load(tmp_path / "again.pt")
    assert all(torch.equal(again[name], value) for name, value in model.state_dict().items())


def test_a_model_that_waits_is_refused_with_the_way_out(tmp_path: Path) -> None:
    layer = Layer(id="0", kind="LazyLinear", options={"out_features": 3})
    design = Design(inputs=(Input(shape=("N", 4)),), root=Sequential(nodes=(layer,)))
    for ending, write in WRITERS.items():
        with pytest.raises(CheckpointError, match=r"^0 is a LazyLinear that waits .*A dry run on Initialize"):
            write(design, live(design), tmp_path / f"model{ending}")


def test_lazy_layers_that_have_sizes_are_exported(tmp_path: Path) -> None:
    layer = Layer(id="0", kind="LazyLinear", options={"out_features": 3})
    design = Design(inputs=(Input(shape=("N", 4)),), root=Sequential(nodes=(layer,)))
    model = live(design)
    model(torch.randn(2, 4))
    for ending, write in WRITERS.items():
        assert write(design, model, tmp_path / f"model{ending}").checked[0].shapes == ((2, 4),)


def test_outputs_that_differ_are_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exporter that loses something is found out."""
    design = templates.load("mlp")
    model = trained(design)

    def broken(design: Design, model: nn.Module) -> nn.Module:
        wrong = copy.deepcopy(model)
        with torch.no_grad():
            next(wrong.parameters()).mul_(1.01)
        return wrong.eval()

    monkeypatch.setattr(program, "plain", broken)
    with pytest.raises(CheckpointError, match=r"outputs differ from the live model's by up to .* not offered"):
        write_program(design, model, tmp_path / "model.pt2")
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.importlib.util, "find_spec", lambda name: None)
    design = templates.load("mlp")
    with pytest.raises(CheckpointError, match="Install the extra onnx"):
        write_onnx(design, live(design), tmp_path / "model.onnx")

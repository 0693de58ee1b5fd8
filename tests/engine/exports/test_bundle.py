"""A design and its weights in one file."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch

from composer import templates
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.design.text import loads
from composer.engine.build import live
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.exports import bundle
from composer.engine.exports.bundle import write_bundle
from composer.engine.exports.layout import ABOUT, DESIGN, ENTRIES, SOURCE, WEIGHTS
from composer.engine.exports.unbundle import rerun, restored, unbundled
from composer.errors import CheckpointError, DesignError
from tests.engine.exports.test_exports import SMALL, trained
from tests.engine.fingerprint import fingerprint

LAZY = Design(
    inputs=(Input(shape=("N", 4)),),
    root=Sequential(nodes=(Layer(id="0", kind="LazyLinear", options={"out_features": 3}),)),
)


@pytest.mark.parametrize("name", SMALL)
def test_what_is_opened_is_the_same_model(name: str, tmp_path: Path) -> None:
    design = templates.load(name)
    model, path = trained(design), tmp_path / "it.composer"
    before = fingerprint(model)
    report = write_bundle(design, model, path, b"picture")
    assert fingerprint(model) == before
    assert report.checked[0].difference == 0
    found = unbundled(path, tmp_path / "weights.safetensors")
    assert loads(found.text) == design and found.trial and not found.waiting
    again = restored(loads(found.text), tmp_path / "weights.safetensors")
    assert list(again.state_dict()) == list(model.state_dict())
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in again.state_dict().items())
    row = rerun(again, path)
    assert row and row.difference == 0
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "weights.safetensors"]


def test_entries_are_stored_and_readable_by_anybody(tmp_path: Path) -> None:
    design = templates.load("tied_mlp")
    write_bundle(design, trained(design), tmp_path / "it.composer", b"picture")
    with zipfile.ZipFile(tmp_path / "it.composer") as archive:
        assert tuple(archive.namelist()) == ENTRIES and archive.testzip() is None
        assert all(each.compress_type == zipfile.ZIP_STORED for each in archive.infolist())
        about = json.loads(archive.read(ABOUT))
        assert about["torch"] == str(torch.__version__) and about["waiting"] == []
        assert b"class TiedMLP" in archive.read(SOURCE)


def test_another_process_gives_the_same_outputs(tmp_path: Path) -> None:
    design = templates.load("mixed_mlp")
    write_bundle(design, trained(design), tmp_path / "it.composer")
    code = """
import sys
from pathlib import Path
from composer.design.text import loads
from composer.engine.exports.unbundle import rerun, restored, unbundled
path, weights = Path("it.composer"), Path("weights.safetensors")
report = unbundled(path, weights)
print(rerun(restored(loads(report.text), weights), path).difference)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert float(done.stdout) <= 1e-6


def test_lazy_layers_that_wait_go_on_waiting(tmp_path: Path) -> None:
    path, weights = tmp_path / "it.composer", tmp_path / "w.safetensors"
    report = write_bundle(LAZY, live(LAZY), path)
    assert not report.checked and "No run is in it" in report.notes[0]
    found = unbundled(path, weights)
    assert found.waiting == ("0",) and not found.trial
    assert rerun(restored(LAZY, weights), path) is None


def test_lazy_layers_that_have_sizes_have_them_again(tmp_path: Path) -> None:
    model, path, weights = live(LAZY), tmp_path / "it.composer", tmp_path / "w.safetensors"
    model(torch.ones(1, 4))
    write_bundle(LAZY, model, path)
    unbundled(path, weights)
    again = restored(LAZY, weights)
    assert torch.equal(again(torch.ones(2, 4)), model(torch.ones(2, 4)))


def test_a_design_with_problems_is_refused(tmp_path: Path) -> None:
    wrong = Design(
        inputs=LAZY.inputs, root=Sequential(nodes=(Layer(id="0", kind="Linear", options={"in_features": 2}),))
    )
    with pytest.raises(DesignError, match="0: expects"):
        write_bundle(wrong, torch.nn.Linear(1, 1), tmp_path / "it.composer")
    assert not list(tmp_path.iterdir())


def test_a_bundle_that_would_give_other_outputs_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = templates.load("mlp")
    monkeypatch.setattr(bundle, "restored", lambda design, weights: live(design))
    with pytest.raises(CheckpointError, match="outputs differ"):
        write_bundle(design, trained(design), tmp_path / "it.composer")
    assert not list(tmp_path.iterdir())


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], Mapping[str, bytes]], compression: int = 0) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in change(entries).items():
            archive.writestr(name, data)


WRONG: dict[str, tuple[Callable[[dict[str, bytes]], Mapping[str, bytes]], str]] = {
    "no design": (lambda e: {k: v for k, v in e.items() if k != DESIGN}, "holds no design.json"),
    "no weights": (lambda e: {k: v for k, v in e.items() if k != WEIGHTS}, "holds no weights.safetensors"),
    "something else": (lambda e: {**e, "../evil": b""}, "an entry “../evil” that no bundle has"),
    "a script": (lambda e: {**e, "setup.py": b"print()"}, "an entry “setup.py” that no bundle has"),
    "a broken design": (lambda e: {**e, DESIGN: b"{"}, "its design cannot be read"),
    "a design of unknown kinds": (
        lambda e: {**e, DESIGN: b'{"format": "block-composer", "version": 1, "evil": 1}'}, "its design cannot be read"
    ),
    "broken weights": (lambda e: {**e, WEIGHTS: e[WEIGHTS][:-1]}, "damaged"),
    "weights of another format": (lambda e: {**e, WEIGHTS: b"\x80\x02}q\x00."}, "pickle"),
    "no about": (lambda e: {**e, ABOUT: b"[1]"}, "does not say that it is a bundle"),
    "about of depth": (lambda e: {**e, ABOUT: b"[" * 100_000}, "cannot be read"),
    "a later version": (lambda e: {**e, ABOUT: b'{"format": "block-composer-bundle", "version": 2}'}, "version “2”"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_bundles_that_are_not_right_are_refused(name: str, tmp_path: Path) -> None:
    change, message = WRONG[name]
    design, path = templates.load("mlp"), tmp_path / "it.composer"
    write_bundle(design, trained(design), path)
    _rewritten(path, change)
    with pytest.raises(CheckpointError, match=message) as caught:
        unbundled(path, tmp_path / "w.safetensors")
    assert len(str(caught.value)) <= 300 and str(caught.value).startswith(("it.composer: ", "w.safetensors: "))
    assert list(tmp_path.iterdir()) == [path]


def test_compressed_bundles_are_refused(tmp_path: Path) -> None:
    design, path = templates.load("mlp"), tmp_path / "it.composer"
    write_bundle(design, trained(design), path)
    _rewritten(path, lambda entries: entries, zipfile.ZIP_DEFLATED)
    with pytest.raises(CheckpointError, match="compressed"):
        unbundled(path, tmp_path / "w.safetensors")


def test_a_trial_of_another_model_is_found_out(tmp_path: Path) -> None:
    design, path = templates.load("mlp"), tmp_path / "it.composer"
    write_bundle(design, trained(design), path)
    with pytest.raises(CheckpointError, match="outputs differ"):
        rerun(live(design), path, 1e-5)
    row = rerun(live(design), path)
    assert row and row.difference > 0


def test_the_weights_alone_are_an_ordinary_checkpoint(tmp_path: Path) -> None:
    design, path = templates.load("tied_mlp"), tmp_path / "it.composer"
    model = trained(design)
    write_bundle(design, model, path)
    unbundled(path, tmp_path / "w.safetensors")
    with open_checkpoint(tmp_path / "w.safetensors") as checkpoint:
        part = checkpoint.report.part("")
        assert part and [each.name for each in part.tensors if each.of] == ["4.weight", "4.bias"]

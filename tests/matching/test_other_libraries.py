"""State dicts of transformers and timm, renamed as suggested, in the templates: the outputs agree.

The two libraries are in the extra `bench`; without them these tests skip. They build large models: `pytest -m slow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from composer import templates
from composer.checkpoint_reports import LoadReport
from composer.engine.build import live
from composer.engine.checkpoints.loading import load
from composer.engine.checkpoints.opening import open_checkpoint
from composer.engine.live import tensors_of
from composer.engine.values import Changes
from composer.matching.match import MatchReport, match
from composer.matching.suggest import Suggestion, suggest
from tests.matching import others

pytestmark = pytest.mark.slow


def loaded(path: Path, model: nn.Module, zero: str = "") -> tuple[Suggestion, MatchReport, LoadReport]:
    """Load what fits with the best suggestion; what is missing and ends with `zero` becomes zero."""
    with open_checkpoint(path) as file:
        (part,) = file.report.parts
        best = suggest(tensors_of(model), part)[0]
        report = match(tensors_of(model), part, best.renames)
        missing = [row.name for row in report.rows if zero and row.state == "missing" and row.name.endswith(zero)]
        done = load(model, file, part.path, report.pairs(), Changes(), torch.get_rng_state(), zero=missing)
    return best, report, done


def agree(ours: Tensor, theirs: Tensor) -> bool:
    return ours.shape == theirs.shape and float((ours - theirs).abs().max() / theirs.abs().max()) <= 1e-5


def unmatched(report: MatchReport) -> Sequence[str]:
    return [row.name or row.key for row in report.rows if row.state in ("missing", "unexpected", "ambiguous")]


def test_gpt2_of_transformers(tmp_path: Path) -> None:
    theirs = others.gpt2()
    theirs.save_pretrained(tmp_path)
    ours = live(templates.load("gpt2_small")).eval()
    best, report, done = loaded(tmp_path / "model.safetensors", ours)
    assert (best.loads, best.names) == (149, 149) and report.complete and done.kept == ()
    assert len(best.renames) == 7 and sum(row.transpose for row in report.rows) == 48
    tokens = torch.randint(50_257, (2, 64), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert agree(ours(tokens), theirs(tokens).logits)


def test_a_vision_transformer_of_timm(tmp_path: Path) -> None:
    theirs = others.vit()
    torch.save(theirs.state_dict(), tmp_path / "vit.pt")
    ours = live(templates.load("vit")).eval()
    best, report, done = loaded(tmp_path / "vit.pt", ours)
    assert best.loads == best.names and report.complete and done.kept == () and unmatched(report) == []
    images = torch.randn(2, 1, 96, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert agree(ours(images), theirs(images))


def test_resnet18_of_timm_whose_convolutions_have_no_biases(tmp_path: Path) -> None:
    theirs = others.resnet18()
    images = torch.randn(2, 1, 96, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = theirs(images)
    torch.save(others.without_norm_of_shortcuts(theirs).state_dict(), tmp_path / "resnet.pt")
    ours = live(templates.load("resnet18")).eval()
    _, report, done = loaded(tmp_path / "resnet.pt", ours, zero=".bias")
    assert set(done.zeroed) == set(unmatched(report)) and done.kept == () and len(done.zeroed) == 17
    with torch.no_grad():
        assert agree(ours(images), expected)


def test_the_shortcuts_of_timm_have_a_normalization_that_the_template_has_not(tmp_path: Path) -> None:
    torch.save(others.resnet18().state_dict(), tmp_path / "resnet.pt")
    _, report, _ = loaded(tmp_path / "resnet.pt", live(templates.load("resnet18")), zero=".bias")
    left = {row.key for row in report.rows if row.state == "unexpected"}
    assert {key.rpartition(".")[0] for key in left} == {f"layer{number}.0.downsample.1" for number in (2, 3, 4)}

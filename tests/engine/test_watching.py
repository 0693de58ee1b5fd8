"""Norms of gradients during training are torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from composer import templates
from composer.engine.build import live
from composer.engine.watching import GradientNorms
from tests.engine.fingerprint import fingerprint


def test_norms_of_each_step() -> None:
    model = live(templates.load("tied_mlp"))
    norms = GradientNorms(model.named_parameters())
    assert norms.names == tuple(name for name, _each in model.named_parameters())
    expected = []
    for _ in range(3):
        model.zero_grad()
        model(torch.randn(5, 4)).square().mean().backward()
        before = fingerprint(model)
        norms.record()
        assert fingerprint(model) == before
        expected.append([float(each.grad.norm()) for each in model.parameters() if each.grad is not None])
    assert [list(row) for row in norms.read()] == [pytest.approx(row) for row in expected]
    assert norms.read() == []


def test_what_has_no_gradient() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].weight.requires_grad_(False)
    norms = GradientNorms(model.named_parameters())
    norms.record()
    model[1](torch.ones(1, 2)).sum().backward()
    norms.record()
    assert norms.names == ("0.bias", "1.weight", "1.bias")
    assert norms.read() == [(None, None, None), (None, pytest.approx(2.0), pytest.approx(2**0.5))]

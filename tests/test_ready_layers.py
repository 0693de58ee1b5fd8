"""The layers of the book that are ready to take: their facts, their files, and taking them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer import templates
from composer.codegen.judging import code_problems
from composer.design.check import check
from composer.design.edits.operations import apply
from composer.design.nodes import Code
from composer.design.text import dumps, loads, plain
from composer.engine.build import live
from composer.engine.shapes import shapes
from composer.errors import DesignError
from composer.reports import count_parameters, describe
from composer.templates import layers
from tests.build import chain, linear

FACTS = {
    "mlp": ("5.1.1", 7_946, "N×10"),
    "chain": ("5.1.2", 7_946, "N×10"),
    "fixed_hidden_mlp": ("5.1.3", 420, "scalar"),
    "nest_mlp": ("5.1.3", 3_952, "N×16"),
    "chimera": ("5.1.3", 4_712, "scalar"),
    "parallel": ("5.1.6", 168, "N×8"),
    "factory_new": ("5.1.6", 304, "N×4"),
    "factory_copy": ("5.1.6", 304, "N×4"),
    "factory_same": ("5.1.6", 76, "N×4"),
    "centered": ("5.4.1", 0, "N×5"),
    "my_linear": ("5.4.2", 18, "N×3"),
    "my_linear_untrainable": ("5.4.2", 18, "N×3"),
    "tensor_reduction": ("5.4.4", 75, "N×3"),
    "half_fourier": ("5.4.4", 0, "N×8 complex64"),
}


def test_every_layer_has_facts_and_they_are_listed_by_section() -> None:
    assert set(layers.names()) == set(FACTS)
    sections = [layers.load(name).section for name in layers.names()]
    assert sections == sorted(sections)
    titles = [layers.load(name).title for name in layers.names()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", FACTS)
def test_counts_and_shapes(name: str) -> None:
    ready = layers.load(name)
    design = ready.design()
    assert (*check(design), *code_problems(design)) == ()
    report = shapes(design)
    assert report.problems == ()
    assert (ready.section, count_parameters(report.tensors), describe(report.output)) == FACTS[name]
    assert sum(each.numel() for each in live(design).parameters()) == FACTS[name][1]
    assert loads(dumps(design)) == design


@pytest.mark.parametrize("name", FACTS)
def test_files_are_canonical_and_say_what_they_are(name: str) -> None:
    ready = layers.load(name)
    assert layers.read(layers.written(ready)) == ready
    file = Path(templates.__path__[0]) / "layers" / f"{name}.json"
    assert file.read_text(encoding="utf-8") == layers.written(ready)
    assert ready.title and ready.help.endswith(".")
    for option in (option for each in ready.definitions for option in each.options):
        assert option.help and option.default is not None, "it can be taken as it is"


def test_the_hand_written_ones_are_code() -> None:
    written = {name for name in FACTS if any(isinstance(each.body, Code) for each in layers.load(name).definitions)}
    assert set(FACTS) - written == {"factory_new", "factory_copy", "factory_same"}
    assert "cannot be trained" in layers.load("my_linear_untrainable").title


@pytest.mark.parametrize("name", FACTS)
def test_they_can_be_pasted_twice_and_bring_their_definitions_once(name: str) -> None:
    ready = layers.load(name)
    design = chain(linear("in", 4, 4))
    for _ in range(2):
        clip = plain(ready.clip)
        design = apply(design, {"edit": "paste", "path": "", "index": len(design.root.children), "clip": clip})
    assert [each.name for each in design.definitions] == [each.name for each in ready.definitions]
    assert len(design.root.children) == 1 + 2 * len(ready.clip.nodes)
    assert check(design) == ()


def test_there_is_no_other_name() -> None:
    for name in ("none", "", "../mlp", "mlp.json"):
        with pytest.raises(KeyError):
            layers.load(name)


def test_what_is_no_layer_is_refused() -> None:
    good = json.loads(layers.written(layers.load("centered")))
    for changes, text in (
        ({"format": "block-composer"}, "block-composer-layer"),
        ({"version": 2}, "expects version 1"),
        ({"more": 1}, "more"),
        ({"inputs": []}, "inputs"),
        ({"clip": {**good["clip"], "nodes": [{"kind": "Nothing", "id": "0"}]}}, "unknown kind"),
    ):
        with pytest.raises(DesignError, match=text):
            layers.read(json.dumps(good | changes))
    with pytest.raises(DesignError):
        layers.read("[")

"""The rows of the tree say what holds: shapes, parameters counted once, problems where they are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from composer import templates
from composer.design.document import Design
from composer.design.edits import apply
from composer.engine.shapes import examine
from composer.reports import ShapesReport
from composer.ui.rows import plain, rows
from tests.build import chain, linear


def by_path(design: Design) -> dict[str, dict[str, Any]]:
    report = examine(design)
    return {row.path: asdict(row) for row in rows(design, report, report.problems)}


def test_shapes_and_counts_of_lenet() -> None:
    found = by_path(templates.load("lenet"))
    assert found[""]["name"] == "LeNet"
    assert (found[""]["shape"], found[""]["count"]) == ("N×10", "61.7 k")
    assert found[""]["title"] == "Sequential · N×10 · 61,706 parameters"
    assert found["features.conv1"]["shape"] == "N×6×28×28"
    assert found["features.conv1"]["level"] == 2
    assert found["features.act1"]["count"] == ""
    assert not any(row["problems"] for row in found.values())


def test_problems_count_in_the_blocks_around() -> None:
    edit = {"edit": "set_option", "path": "features.conv1", "name": "out_channels", "value": 8}
    found = by_path(apply(templates.load("lenet"), edit))
    assert [path for path, row in found.items() if row["problems"]] == ["", "features", "features.conv2"]
    assert [path for path, row in found.items() if row["wrong"]] == ["features.conv2"]
    assert found["features.conv1"]["shape"] == "N×8×28×28"


def test_tied_and_shared_parameters_are_counted_once() -> None:
    gpt = by_path(templates.load("gpt2_small"))
    assert gpt[""]["title"].endswith("124,439,808 parameters")
    assert gpt["lm_head"]["count"] == "shared"
    assert gpt["lm_head"]["badge"] == "tied"
    assert gpt["lm_head"]["title"].endswith("parameters shared with wte")
    mlp = by_path(templates.load("tied_mlp"))
    assert [row["count"] for row in mlp.values() if row["badge"] == "shared"] == ["shared"]


def test_definitions_come_last_and_their_problems_are_their_own() -> None:
    design = templates.load("resnet18")
    found = by_path(design)
    heads = [path for path, row in found.items() if row["level"] == 0]
    assert heads == ["", *(f".{each.name}" for each in design.definitions)]
    inside = next(path for path in found if path.startswith(".") and path.count(".") > 1)
    design = apply(design, {"edit": "rename", "path": inside, "id": "forward"})
    head, renamed = inside.rpartition(".")[0], f"{inside.rpartition('.')[0]}.forward"
    found = by_path(design)
    assert found[renamed]["problems"] == found[head]["problems"] == 1
    assert found[""]["problems"] == 0


def test_without_a_report_nothing_is_claimed() -> None:
    for row in rows(templates.load("lenet"), ShapesReport(), ()):
        assert (row.shape, row.count) == ("", "")


def test_large_designs_begin_folded() -> None:
    assert not any(row["folded"] for row in by_path(templates.load("lenet")).values())
    design = templates.load("lenet")
    for number in range(60):
        node = {"kind": "ReLU", "id": f"extra{number}"}
        design = apply(design, {"edit": "insert", "path": "features", "index": 0, "node": node})
    folded = [row.path for row in rows(design, ShapesReport(), ()) if row.folded and row.children]
    assert folded == ["features", "classifier"]


def test_names_that_would_deceive_are_written_out() -> None:
    found = by_path(apply(templates.load("lenet"), {"edit": "rename", "path": "features.act1", "id": "\u202eabc\n"}))
    row = found["features.\u202eabc\n"]
    assert row["name"] == "\\u{202e}abc⏎"
    assert str(row["title"]).startswith("features.\\u{202e}abc⏎ · ")


def test_uses_of_one_definition_and_one_module_have_one_tint() -> None:
    found = by_path(templates.load("resnet18"))
    definitions = {path: row["tint"] for path, row in found.items() if row["level"] == 0 and path}
    assert len(set(definitions.values())) == len(definitions) == 2
    uses = [row for row in found.values() if row["definition"]]
    assert len(uses) > 2
    assert all(row["tint"] == definitions[row["definition"]] for row in uses)
    assert found["stem"]["tint"] == -1
    mlp = by_path(templates.load("tied_mlp"))
    shared = {path: row["tint"] for path, row in mlp.items() if row["tint"] >= 0}
    assert len(shared) == 2
    assert set(shared.values()) == {0}


def test_tied_layers_have_the_tint_of_their_tie() -> None:
    ties = (("a.weight", "c.weight"), ("b.bias", "d.bias"))
    nodes = tuple(linear(id, 4, 4) for id in "abcde")
    found = {path: row["tint"] for path, row in by_path(chain(*nodes, ties=ties)).items() if path}
    assert found == {"a": 0, "b": 1, "c": 0, "d": 1, "e": -1}


def test_what_the_page_gets_has_nothing_empty() -> None:
    row = next(each for each in rows(templates.load("lenet"), ShapesReport(), ()) if each.path == "features.act1")
    assert set(plain(row)) == {"path", "name", "kind", "role", "family", "level", "title", "tint"}

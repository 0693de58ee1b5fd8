"""FLOPs for one sample: what the summary says at a batch of one."""

from __future__ import annotations

import pytest

from composer import templates
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Repeat, Sequential, Shared, Use
from composer.engine.flops import flops
from composer.engine.shapes import examine
from composer.reports import FlopsReport
from composer.views.tables import summary_rows
from tests.build import chain, layer, linear


@pytest.mark.parametrize("name", templates.names())
def test_it_is_what_the_summary_says(name: str) -> None:
    design = templates.load(name)
    counted = flops(design)
    definite = examine(design, counted.sizes)
    for row in summary_rows(design, definite, definite):
        assert counted.at(row.path) == row.flops, row.path


def test_a_batch_of_one_and_a_usual_length() -> None:
    assert flops(templates.load("lenet")).sizes == {"N": 1}
    assert flops(templates.load("gpt2_small")).sizes == {"N": 1, "T": 32}
    fixed = Design(inputs=(Input(shape=(5, 4)),), root=Sequential(nodes=(linear("fc", 4, 3),)))
    assert flops(fixed) == FlopsReport({"fc": 2 * 5 * 4 * 3}, {})


def test_all_that_runs_is_counted_and_nothing_else() -> None:
    body = Definition(name="Body", body=Sequential(nodes=(linear("fc", 4, 4), layer("act", "ReLU"))))
    nodes = (linear("a", 4, 4), Shared(id="b", of="a"), Repeat(id="r", times=3, body=Use(id="0", of="Body")))
    counted = flops(chain(*nodes, definitions=(body,)))
    assert counted.own == dict.fromkeys(("a", "b", "r.0.fc", "r.1.fc", "r.2.fc"), 32)
    assert (counted.at("r"), counted.at("r.0"), counted.at("")) == (96, 32, 160)


def test_what_does_not_run_is_not_known() -> None:
    counted = flops(chain(linear("a", 4, 4), linear("b", 5, 4), layer("c", "ReLU")))
    assert counted.at("a") == 32
    assert counted.at("b") is counted.at("") is None

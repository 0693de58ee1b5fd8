"""Which lines of the source are of which node."""

from __future__ import annotations

import ast
import itertools

import pytest
from hypothesis import HealthCheck, given, settings

from composer import templates
from composer.codegen import render
from composer.codegen.modules import attribute
from composer.codegen.scope import is_chain
from composer.codegen.source import listing
from composer.design.document import Definition, Design
from composer.design.lower import lower
from composer.design.nodes import Layer, Op, Repeat, Sequential, Use
from composer.design.paths import scopes, walk
from composer.design.plan import BlockPlan, LayerCall, TensorCall, blocks
from composer.engine.build import listing_of, source_of
from composer.reports import SourceReport
from tests.build import chain, linear
from tests.strategies import designs


def lines_of(report: SourceReport, path: str) -> list[str]:
    """The lines of a node, without their indent."""
    every = report.text.split("\n")
    return [every[n - 1].strip() for first, last in report.spans[path] for n in range(first, last + 1)]


def numbers(report: SourceReport, path: str) -> set[int]:
    return {n for first, last in report.spans[path] for n in range(first, last + 1)}


def in_forward(text: str) -> set[int]:
    """The numbers of all lines in the bodies of functions called `forward`."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == "forward":
            found |= set(range(node.lineno + 1, (node.end_lineno or node.lineno) + 1))
    return found


def examine(design: Design, report: SourceReport) -> None:
    """That the lines of every node are its own."""
    nodes = {path: node for head, root, _ in scopes(design) for path, node in walk(root, head)}
    assert set(report.spans) == set(nodes), "every node has lines, and nothing else has"
    assert len(report.about) == report.text.count("\n")
    for path, spans in report.spans.items():
        assert all(1 <= first <= last <= len(report.about) for first, last in spans)
        assert all(before[1] + 1 < after[0] for before, after in itertools.pairwise(spans)), path
    for number, path in enumerate(report.about, start=1):
        assert path is None or number in numbers(report, path)
    for path, node in nodes.items():
        if isinstance(node, Layer):
            made = render.construct(node.spec, node.options)
            assert any(made in line for line in lines_of(report, path)), f"where {path} is made"
    forward = in_forward(report.text)
    plan = lower(design)
    for body in (plan.root, *(each.body for each in plan.definitions.values())):
        for block in blocks(body):
            if not is_chain(block) and block.kind != "Code":
                _examine_calls(block, report, forward)


def _examine_calls(block: BlockPlan, report: SourceReport, forward: set[int]) -> None:
    every = report.text.split("\n")
    for step in block.steps:
        called = numbers(report, step.path) & forward
        if not isinstance(step.call, TensorCall):
            assert called, f"where {step.path} runs"
        if isinstance(step.call, LayerCall):
            assert any(f"{attribute('self', step.id)}(" in every[n - 1] for n in called)


@pytest.mark.parametrize("name", templates.names())
def test_every_template(name: str) -> None:
    design = templates.load(name)
    report = listing_of(design)
    assert report.text == source_of(design)
    examine(design, report)


@settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(designs())
def test_random_designs(design: Design) -> None:
    examine(design, listing(design))


def test_a_chain_is_made_and_not_called() -> None:
    report = listing_of(templates.load("lenet"))
    assert lines_of(report, "features.conv1") == [
        '("conv1", nn.Conv2d(1, 6, kernel_size=5, padding=2)),  # N×6×28×28',
    ]
    block = lines_of(report, "features")
    assert block[0] == "self.features = nn.Sequential("
    assert (block[1], block[-2]) == ("OrderedDict([", "]),")
    assert block[2] == lines_of(report, "features.conv1")[0]
    design = lines_of(report, "")
    assert design[0] == "class LeNet(nn.Sequential):"
    assert set(block) <= set(design)


def test_a_layer_of_a_class_is_made_and_called() -> None:
    relu = Op(id="act", kind="relu")
    body = Sequential(nodes=(linear("fc", 4, 4), relu))
    design = chain(Use(id="a", of="Block"), relu, definitions=(Definition(name="Block", body=body),))
    report = listing(design)
    assert lines_of(report, ".Block.fc") == ["self.fc = nn.Linear(4, 4)", "x = self.fc(x)"]
    assert lines_of(report, ".Block.act") == ["return F.relu(x)"]
    assert lines_of(report, "a") == ["self.a = Block()", "x = self.a(x)"]
    assert lines_of(report, ".Block")[0] == "class Block(nn.Module):"
    assert not numbers(report, ".Block") & numbers(report, "")


def test_what_a_line_is_about() -> None:
    repeat = Repeat(id="r", times=3, body=linear("0", 4, 4))
    report = listing(chain(repeat, Op(id="act", kind="relu")))
    line = "self.r = nn.Sequential(*(nn.Linear(4, 4) for _ in range(3)))"
    assert line in lines_of(report, "r")
    assert line in lines_of(report, "r.0"), "it is there that the body is made"
    every = [each.strip() for each in report.text.split("\n")]
    assert report.about[every.index(line)] == "r", "but the line is the Repeat's"
    assert report.about[every.index("def __init__(self) -> None:")] == ""
    assert report.about[every.index("from torch import nn")] is None
    assert report.about[every.index("")] is None

"""Custom layers that run for their shapes: on the meta device, on made-up values, not at all where nobody asked."""

from __future__ import annotations

import pytest

from composer.design.document import Definition, Design
from composer.design.nodes import Code, Initializer, Tensor, Use
from composer.design.text import dumps
from composer.engine.build import live, shapes_checked
from composer.engine.shapes import examine
from composer.errors import CutOff, DesignError
from composer.kernel.verbs import State, open_model
from composer.kernel.verbs import shapes as shapes_verb
from composer.reports import describe
from tests.build import chain, linear
from tests.codegen.test_custom_layers import REFUSED, reduction, used

LOOP = """\
def forward(self, x):
    x = self.linear(x)
    x = torch.relu(x @ self.rand_weight + 1)
    x = self.linear(x)
    while x.abs().sum() > 1:
        x = x / 2
    return x.sum()
"""


def custom(code: str, *nodes: object, name: str = "Custom") -> Definition:
    return Definition(name=name, body=Code(code=code, nodes=nodes))  # type: ignore[arg-type]


def fixed() -> Definition:
    """The book's FixedHiddenMLP, 5.1.3."""
    weight = Tensor(id="rand_weight", kind="Constant", shape=(20, 20), init=Initializer(scheme="uniform"))
    return custom(LOOP, weight, linear("linear", 20, 20), name="FixedHiddenMLP")


def outputs(design: Design, run_code: bool = True) -> dict[str, str]:
    report = examine(design, run_code=run_code)
    assert not report.problems
    return {path: describe(step.output) for path, step in report.steps.items() if step.output}


def test_shapes_come_from_running_it_on_meta() -> None:
    assert outputs(used(reduction(), units=3))["r"] == "N×3"


def test_where_it_looks_at_values_it_runs_on_made_up_ones() -> None:
    design = chain(linear("in", 4, 20), Use(id="fixed", of="FixedHiddenMLP"), definitions=(fixed(),))
    assert outputs(design)["fixed"] == "scalar"
    names = [row.name for row in shapes_checked(design).tensors]
    assert names == ["in.weight", "in.bias", "fixed.rand_weight", "fixed.linear.weight", "fixed.linear.bias"]
    assert names == [*live(design).state_dict(), *[]] or set(names) - set(live(design).state_dict()) == {
        "fixed.rand_weight"
    }


def test_where_nobody_asked_for_it_it_does_not_run_and_its_output_is_unknown() -> None:
    design = chain(Use(id="r", of="Reduction"), linear("out", 2, 1), definitions=(reduction(),))
    assert set(outputs(design)) >= {"r", "out"}
    assert not {"r", "out"} & set(outputs(design, run_code=False))
    report = shapes_verb(State(), lambda event: None, dumps(design), run_code=False)
    assert report.steps["r"].output is None
    assert [row.name for row in report.tensors][:1] == ["r.weight"]


def test_code_that_cannot_take_what_comes_is_told_where_it_is_used() -> None:
    code = "def forward(self, x):\n    return x @ self.weight\n"
    wrong = custom(code, Tensor(id="weight", kind="Parameter", shape=(5, 2)))
    design = chain(linear("in", 4, 4), Use(id="c", of="Custom"), definitions=(wrong,))
    (problem,) = examine(design).problems
    assert str(problem) == "c: expects input that Custom can take, received N×4 from in"
    assert "mat1 and mat2" in problem.detail


def test_what_fails_at_some_sizes_alone_is_a_notice() -> None:
    even = custom("def forward(self, x):\n    return x.reshape(x.shape[0] // 2, 2, 4)\n")
    design = chain(Use(id="c", of="Custom"), definitions=(even,))
    problems = examine(design).problems
    assert [each.path for each in problems] == ["c"]


def test_what_is_refused_is_never_run() -> None:
    design = used(reduction(REFUSED))
    report = examine(design)
    assert [each.code for each in report.problems] == ["refused-code"]
    assert report.steps["r"].output is None
    for function in (live, lambda each: open_model(State(), lambda event: None, dumps(each))):
        with pytest.raises(DesignError, match="code that may run in a custom layer"):
            function(design)


def test_an_endless_loop_is_cut_off_in_the_live_model_and_in_the_preview() -> None:
    import torch

    endless = custom("def forward(self, x):\n    while x.sum() != 1:\n        x = x + 0\n    return x\n")
    design = chain(Use(id="c", of="Custom"), definitions=(endless,))
    model = live(design)
    with pytest.raises(CutOff, match="line"):
        model(torch.zeros(2, 4))
    (problem,) = examine(design).problems
    assert problem.path == "c" and "line" in problem.detail

"""Rows of parameters: what the live model holds is never mixed up with what was inferred."""

from __future__ import annotations

from composer.engine.build import live
from composer.engine.live import look
from composer.engine.shapes import shapes
from composer.views.parameters import parameter_rows, parameters_csv
from tests.build import chain, layer, linear, op
from tests.engine.test_lazy import dry, lazy, mlp


def test_without_a_live_model_shapes_are_inferred_only() -> None:
    rows = parameter_rows(shapes(mlp()), None)
    assert [(row.name, row.state, row.live, row.inferred, row.count) for row in rows][:2] == [
        ("0.weight", "inferred", None, (256, 20), None),
        ("0.bias", "inferred", None, (256,), None),
    ]


def test_a_shape_that_nobody_knows() -> None:
    design = chain(op("wrong", "Reshape", sizes=[3, 5]), layer("norm", "LazyBatchNorm1d"), lazy("fc", 2))
    report = shapes(design)
    rows = {row.name: row for row in parameter_rows(report, look(design, live(design), report.steps))}
    assert {row.state for name, row in rows.items() if name != "norm.num_batches_tracked"} == {"uninitialized"}
    assert rows["fc.weight"].live_text == "<UninitializedParameter>"
    assert rows["norm.running_mean"].live_text == "<UninitializedBuffer>"
    assert rows["norm.num_batches_tracked"].state == "materialized"


def test_a_live_model_that_took_another_size() -> None:
    design = mlp()
    model, rows = dry(design, (2, 30))
    report = shapes(design)
    first, *others = parameter_rows(report, look(design, model, report.steps, rows))
    assert (first.state, first.live, first.inferred, first.differs, first.count) == (
        "materialized", (256, 30), (256, 20), True, 7_680,
    )  # fmt: skip
    assert (first.layer, first.became) == ("LazyLinear", "Linear")
    assert not any(row.differs for row in others)


def test_tied_parameters_name_their_owner() -> None:
    design = chain(linear("a", 4, 4), linear("b", 4, 4), ties=(("a.weight", "b.weight"),))
    report = shapes(design)
    rows = {row.name: row for row in parameter_rows(report, look(design, live(design), report.steps))}
    assert rows["b.weight"].owner == "a.weight"
    assert list(rows) == ["a.weight", "a.bias", "b.weight", "b.bias"]


def test_the_file_leaves_unknown_cells_empty() -> None:
    design = mlp()
    report = shapes(design)
    lines = parameters_csv(parameter_rows(report, look(design, live(design), report.steps))).splitlines()
    assert lines[0] == "name,layer,live_class,dtype,state,live_shape,inferred_shape,count,same_as"
    assert lines[1] == "0.weight,LazyLinear,,float32,inferred,,256×20,,"
    model, _rows = dry(design, (2, 20))
    lines = parameters_csv(parameter_rows(report, look(design, model, report.steps))).splitlines()
    assert lines[1] == "0.weight,LazyLinear,Linear,float32,materialized,256×20,256×20,5120,"

"""Which data goes with which design, and what is said where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer import templates
from composer.design.document import Input
from composer.engine.datasets.registry import DATA_SETS
from composer.engine.shapes import examine
from composer.engine.training.suiting import suited
from composer.reports import TensorType


def x(*shape: int | str, dtype: str = "float32", high: int | None = None) -> tuple[Input, ...]:
    return (Input(name="x", shape=("N", *shape), dtype=dtype, high=high),)


def out(*dims: int | str) -> TensorType:
    return TensorType(("N", *dims))


@pytest.mark.parametrize(("inputs", "output", "fitting"), [
    (x(1, 28, 28), out(10), ["digits"]),
    (x(64), out(10), ["digits", "clouds"]),
    (x(20), out(10), ["clouds"]),
    (x(30), out(2), ["breast_cancer"]),
    (x(30), out(1), ["breast_cancer", "linear"]),
    (x(10), out(1), ["diabetes", "linear"]),
    (x(2), out(3), ["spirals", "clouds"]),
    (x(1), out(1), ["linear"]),
    (x("T", dtype="int64", high=50257), out("T", 50257), ["characters"]),
    (x(13), None, ["wine", "linear", "clouds"]),
    (x(13), out("?"), ["wine", "linear", "clouds"]),
    (x(20), TensorType(()), []),
    (x(4) + x(4), out(1), []),
])  # fmt: skip
def test_what_fits(inputs: tuple[Input, ...], output: TensorType | None, fitting: list[str]) -> None:
    reports = [suited(name, inputs, output) for name in DATA_SETS]
    assert [each.name for each in reports if not each.problems and not each.reduced] == fitting


@pytest.mark.parametrize("template", ["mlp", "tied_mlp", "nested_blocks", "nested_mlp", "lenet", "vit", "gpt2_small"])
def test_templates_have_data(template: str) -> None:
    design = templates.load(template)
    output = examine(design).output
    assert isinstance(output, TensorType)
    assert not all(suited(name, design.inputs, output).problems for name in DATA_SETS)


def test_losses_are_those_that_the_output_can_be_given_to() -> None:
    one, two = (suited("breast_cancer", x(30), out(size)) for size in (1, 2))
    assert one.losses[0] == "BCEWithLogitsLoss" and two.losses[0] == "CrossEntropyLoss"
    assert suited("linear", x(4), out(1)).losses[0] == "MSELoss" and suited("wine", x(13), out(3)).outputs == 3


def test_what_does_not_fit_is_said() -> None:
    wine = suited("wine", x(20), out(10)).problems[0]
    assert wine.path == "x" and str(wine).endswith("expects N×13, which the data wine has, received N×20")
    assert wine.fixes[0].label == "make it N×13"
    assert str(suited("linear", x(4), out(3)).problems[0]).endswith("like the targets, 2×1, received 2×3")
    scores = suited("characters", x(8, dtype="int64", high=80), out(7, 80)).problems[0]
    assert "scores N×L×C" in scores.expected and scores.received == "2×7×80"


def test_own_files_say_what_is_to_be_learned(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("a,b,y\n" + "".join(f"{k},{k % 3},{k / 7}\n" for k in range(40)))
    report = suited(table, x(2), out(1))
    assert (report.task, report.losses[0], report.problems, report.outputs) == ("values", "MSELoss", (), 1)
    assert "expects N×2" in str(suited(table, x(5), out(1)).problems[0])

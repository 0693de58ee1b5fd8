"""A custom layer tried out alone: what it gives, whether its gradients are right, and where it fails."""

from __future__ import annotations

import ast
import pickle
import re
import time

import pytest
import torch

from composer.design.document import Definition, DefinitionOption, Design
from composer.design.nodes import Code, Initializer, Layer, Node, Tensor, Use
from composer.engine import gradcheck
from composer.engine.trying import Given, try_layer
from composer.errors import DesignError
from composer.trial_reports import TriedReport
from tests.build import chain

NORMAL = Initializer(scheme="normal")
W = Tensor(id="W", kind="Parameter", shape=("=out", "=n", "=n"), init=NORMAL)
REDUCTION = "def forward(self, x):\n    return torch.einsum('ni,kij,nj->nk', x, self.W, x)\n"
SIZES = {"n": 3, "out": 2}


def made(code: str, *nodes: Node, names: tuple[str, ...] = ("x",), options: tuple[str, ...] = ()) -> Design:
    """A design with one custom layer, Tried."""
    given = tuple(DefinitionOption(name=each, default=1) for each in options)
    layer = Definition(name="Tried", options=given, body=Code(code=code, nodes=nodes, input_names=names))
    return chain(definitions=(layer,))


def tried(
    code: str, *nodes: Node, inputs: tuple[Given, ...] = (((2, 3), "float32"),), names: tuple[str, ...] = ("x",)
) -> TriedReport:
    return try_layer(made(code, *nodes, names=names), "Tried", {}, inputs)


def body(*lines: str) -> str:
    return "\n".join(("def forward(self, x):", *(f"    {line}" for line in lines)))


class TestWhatItGives:
    def test_outputs_parameters_and_source(self) -> None:
        design = made(REDUCTION, W, options=("n", "out"))
        report = try_layer(design, "Tried", SIZES, [((4, 3), "float32")], seed=1)
        (output,), (parameter,) = report.outputs, report.parameters
        assert (output.shape, output.dtype) == ((4, 2), "float32")
        assert (parameter.name, parameter.shape) == ("W", (2, 3, 3))
        assert report.source.startswith("class Tried(nn.Module):\n    def __init__(self, n: int = 1, out: int = 1)")
        assert REDUCTION.split("\n")[1].strip() in report.source and "Nothing" not in report.source
        assert not report.error and report.seconds > 0

    def test_values_are_those_of_torch_under_the_seed(self) -> None:
        found = try_layer(made(body("return x")), "Tried", {}, [((2, 2), "float64")], seed=5)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            expected = torch.randn((2, 2), dtype=torch.float64)
        values = torch.tensor(ast.literal_eval(found.outputs[0].values), dtype=torch.float64)
        assert torch.allclose(values, expected, atol=1e-4)

    def test_the_random_state_and_the_default_type_stay(self) -> None:
        before = torch.get_rng_state()
        tried(body("return x * torch.rand(3)"))
        assert torch.equal(torch.get_rng_state(), before)
        assert torch.get_default_dtype() is torch.float32

    def test_several_outputs_and_no_tensor_have_places(self) -> None:
        report = tried(body("return x, (x.sum(), 3)"))
        assert [(each.name, each.shape, each.dtype) for each in report.outputs] == [
            ("0", (2, 3), "float32"), ("1.0", (), "float32"), ("1.1", (), "int"),
        ]  # fmt: skip

    def test_what_is_large_is_cut(self) -> None:
        report = tried(body("return x"), inputs=(((1000, 1000), "float32"),))
        assert "..." in report.outputs[0].values and len(report.outputs[0].values) < 1000
        pickle.dumps(report)

    def test_every_kind_of_value_is_written(self) -> None:
        report = tried(body("return torch.fft.fft(x).conj(), x.bfloat16(), x > 0, x[:0], x.expand(10**6, 10**4, 2, 3)"))
        assert not report.error
        assert [each.dtype for each in report.outputs] == ["complex64", "bfloat16", "bool", "float32", "float32"]
        assert len(tried(body("return [x] * 1000")).outputs) == 20

    def test_an_optional_input_may_be_left_out(self) -> None:
        code = "def forward(self, x, y=None):\n    if y is None:\n        return x\n    return x + y\n"
        report = tried(code, inputs=(((2, 3), "float32"), None), names=("x", "y"))
        assert [each.name for each in report.inputs] == ["x"] and not report.error

    def test_layers_in_it_and_other_definitions(self) -> None:
        outer = Definition(
            name="Outer", body=Code(code=body("return self.inner(x)"), nodes=(Use(id="inner", of="Tried"),))
        )
        inner = made(
            body("return self.fc(x)"), Layer(id="fc", kind="Linear", options={"in_features": 3, "out_features": 5})
        )
        design = inner.model_copy(update={"definitions": (*inner.definitions, outer)})
        report = try_layer(design, "Outer", {}, [((2, 3), "float32")])
        assert report.outputs[0].shape == (2, 5)
        assert [each.name for each in report.parameters] == ["inner.fc.weight", "inner.fc.bias"]
        assert report.source.count("class ") == 2


class TestGradients:
    @pytest.mark.parametrize(
        "code",
        [
            body("return x.relu()"),
            body("return x - x.mean()"),
            body("y = x", "for i in range(3):", "    y = y * x", "return y"),
            body("return x.int(), x.exp()"),
            body("return F.dropout(x, 0.5)"),
            body("return x @ torch.eye(3)"),
        ],
    )
    def test_honest_layers_pass(self, code: str) -> None:
        found = tried(code).gradient
        assert found and (found.verdict, found.why) == ("passes", "")

    def test_the_tensor_reduction_passes(self) -> None:
        for shape in ((4, 3), (40, 3)):  # one by one, and all at once
            report = try_layer(made(REDUCTION, W, options=("n", "out")), "Tried", SIZES, [(shape, "float32")])
            assert report.gradient and report.gradient.verdict == "passes"
        assert report.parameters[0].dtype == "float32"  # it was a copy that became float64

    def test_many_outputs_are_checked_in_one_direction(self) -> None:
        start = time.monotonic()
        found = tried(body("return x.exp().sum() * torch.ones(300_000)")).gradient
        assert found and found.verdict == "passes"
        assert time.monotonic() - start < 5
        wrong = tried(body("return x.detach().exp().sum() * x.sum() * torch.ones(3_000)")).gradient
        assert wrong and wrong.verdict == "fails"

    def test_slow_layers_are_not_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gradcheck, "_SLOW", 0.0)
        report = tried(body("return x * 2"))
        assert report.outputs and report.gradient and "a check takes many" in report.gradient.why

    @pytest.mark.parametrize(
        ("code", "why"),
        [(body("return x.detach() * x"), "Jacobian mismatch"), (body("return x.detach() * 2"), "Numerical")],
    )
    def test_wrong_ones_fail(self, code: str, why: str) -> None:
        found = tried(code).gradient
        assert found and found.verdict == "fails" and found.why.startswith(why)

    @pytest.mark.parametrize(
        ("code", "dtype", "why"),
        [
            (body("return x.argmax()"), "float32", "no output of real numbers"),
            (body("return (x > 0).float()"), "float32", "no output has a gradient"),
            (body("return x + 1"), "int64", "no input of real numbers, and no parameter"),
        ],
    )
    def test_where_there_is_none(self, code: str, dtype: str, why: str) -> None:
        found = tried(code, inputs=(((2, 3), dtype),)).gradient
        assert found and (found.verdict, found.why) == ("none", why)


class TestFailures:
    def test_a_cut_off_says_so_with_its_line(self) -> None:
        report = tried(body("while True:", "    pass", "return x"))
        assert re.fullmatch(r"The loop was cut off after [\d,]+ steps( in \d+ s)?: does it ever end\?", report.error)
        assert report.line == 2 and not report.outputs and report.source

    def test_an_error_is_in_its_line(self) -> None:
        report = tried(f"\n\n{body('y = x', 'return y @ torch.zeros(7, 7)')}")
        assert report.error.startswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 7x7)")
        assert report.line == 5

    def test_one_in_a_layer_that_is_called_is_where_it_is_called(self) -> None:
        fc = Layer(id="fc", kind="Linear", options={"in_features": 7, "out_features": 5})
        report = tried(body("return self.fc(x)"), fc)
        assert report.line == 2 and "mat1 and mat2" in report.error

    def test_one_in_init(self) -> None:
        code = body("return x") + "\n\ndef init(self):\n    self.W.copy_(torch.zeros(5))\n"
        report = tried(code, Tensor(id="W", kind="Parameter", shape=(3,)))
        assert report.line == 5 and "size of tensor a (3)" in report.error

    def test_refused_code_and_other_inputs_are_told_before(self) -> None:
        with pytest.raises(DesignError, match="code that may run in a custom layer, received line 2"):
            tried(body("return open('x')"))
        with pytest.raises(DesignError, match="expects as many inputs as its forward has \\(1\\), received 2"):
            tried(body("return x"), inputs=(((2,), "float32"), ((2,), "float32")))
        with pytest.raises(DesignError):
            try_layer(made(body("return x")), "Other", {}, [])


def test_a_signal_has_its_peaks_where_its_sines_are() -> None:
    """5.4.4, question 2: the first half of the Fourier coefficients."""
    code = "def forward(self, x):\n    return torch.fft.fft(x)[..., : x.shape[-1] // 2]\n"
    report = try_layer(made(code), "Tried", {}, [((2, 64), "float32")], waves=(3, 10))
    (output,) = report.outputs
    assert (output.shape, output.dtype) == ((2, 32), "complex64")
    assert sorted(range(32), key=lambda k: -output.row[k])[:2] in ([3, 10], [10, 3])
    assert max(each for k, each in enumerate(output.row) if k not in (3, 10)) < 1e-3 * output.row[3]


def test_rows_are_of_what_can_be_drawn() -> None:
    (output,) = try_layer(made(body("return x / 0")), "Tried", {}, [((2, 3), "float32")]).outputs
    assert output.row == ()
    (number,) = try_layer(made(body("return x.sum()")), "Tried", {}, [((2, 3), "float32")]).outputs
    assert number.row == ()

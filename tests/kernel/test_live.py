"""The live model in its kernel: looked at, run dry, made concrete, begun anew."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from composer.design.edits import apply
from composer.design.text import dumps
from composer.errors import DesignError
from composer.kernel import verbs
from composer.kernel.client import Kernel
from composer.kernel.verbs import State
from composer.reports import LiveReport, Progress, count_parameters
from tests.engine.test_lazy import equal, mlp, values

TEXT = dumps(mlp())
TYPED: Any = [((2, 30), "float32")]


def nothing(event: object) -> None:
    pass


def held(report: LiveReport) -> dict[str, object]:
    return {each.name: each.shape for each in report.tensors}


def concrete(report: LiveReport) -> str:
    design = mlp()
    for edit in report.edits:
        design = apply(design, edit)
    return dumps(design)


def test_watched_from_uninitialized_to_concrete_and_back() -> None:
    state, told = State(), []
    first = verbs.live(state, nothing, TEXT)
    assert set(held(first).values()) == {None}
    assert count_parameters(first.tensors) is None
    assert first.layers == {"0": "LazyLinear", "2": "LazyLinear"}
    assert (first.resolved, first.edits) == ((), ())
    assert verbs.live(state, nothing, TEXT) == first, "looking changes nothing"
    assert verbs.ping(state, nothing).initial

    done = verbs.dry_run(state, told.append, TEXT, "random", 2)
    assert told == [Progress("0", 1, 2), Progress("2", 2, 2)]
    assert count_parameters(done.tensors) == 7_946
    assert [row.inferred for row in done.resolved] == [(("in_features", 20),), (("in_features", 256),)]
    assert not verbs.ping(state, nothing).initial
    assert verbs.dry_run(state, nothing, TEXT, "random", 5) == done

    assert state.model is not None
    before = values(state.model)
    after = verbs.live(state, nothing, concrete(done))
    assert equal(before, values(state.model))
    assert (held(after), after.resolved) == (held(done), done.resolved)
    assert (after.edits, after.left) == ((), {})
    assert verbs.live(state, nothing, TEXT) == done, "undo"
    assert equal(before, values(state.model))

    assert verbs.reset(state, nothing, TEXT) == first
    verbs.dry_run(state, nothing, TEXT, "random", 2)
    assert equal(before, values(state.model)), "the design's seed draws the same values"


def test_a_shape_typed_by_hand() -> None:
    state = State()
    done = verbs.dry_run(state, nothing, TEXT, "random", 2, TYPED)
    assert held(done)["0.weight"] == (256, 30)
    assert str(done.resolved[0].input) == "2×30"
    with pytest.raises(DesignError, match=r"0: expects 30 input features \(its weight is 256×30\), received 20"):
        verbs.dry_run(state, nothing, TEXT, "random", 2)
    with pytest.raises(DesignError, match="0: expects 30 input features"):
        verbs.run(state, nothing, TEXT, "random", 2, 0)
    assert verbs.live(state, nothing, TEXT) == done
    edits = {(each["path"], each.get("name")): each.get("value") for each in done.edits}
    assert edits[("0", "in_features")] == 30


@pytest.mark.parametrize(
    "given",
    [[], [((2, 20), "float33")], [((), "float32")], [((0, 20), "float32")], [((2,) * 9, "float32")]],
    ids=str,
)
def test_what_is_no_input_is_told(given: Any) -> None:
    state = State()
    with pytest.raises(DesignError, match="expects"):
        verbs.dry_run(state, nothing, TEXT, "random", 2, given)


def test_previews_leave_the_live_model_alone() -> None:
    state = State()
    before = verbs.live(state, nothing, TEXT)
    model = state.model
    verbs.shapes(state, nothing, TEXT)
    verbs.summary(state, nothing, TEXT, {"N": 2})
    verbs.source(state, nothing, TEXT)
    verbs.flops(state, nothing, TEXT)
    assert state.model is model
    assert verbs.live(state, nothing, TEXT) == before


def test_a_run_draws_lazy_values_under_the_seed_of_the_design() -> None:
    by_run, by_dry_run = State(), State()
    verbs.run(by_run, nothing, TEXT, "random", 3, seed=77)
    verbs.dry_run(by_dry_run, nothing, TEXT, "random", 2)
    assert by_run.model is not None and by_dry_run.model is not None
    assert equal(values(by_run.model), values(by_dry_run.model))
    assert verbs.live(by_run, nothing, TEXT).resolved[0].inferred == (("in_features", 20),)


def test_rules_are_applied_in_a_dry_run() -> None:
    rules = [{"kind": "Linear", "parameter": "weight", "init": {"scheme": "constant", "options": {"val": 3.0}}}]
    text = dumps(apply(mlp(), {"edit": "set_rules", "rules": rules}))
    state = State()
    done = verbs.dry_run(state, nothing, text, "random", 2)
    assert state.model is not None
    assert all(torch.all(state.model.get_parameter(f"{path}.weight") == 3) for path in ("0", "2"))
    assert [row.path for row in done.resolved] == ["0", "2"]


def test_a_design_that_cannot_be_built_leaves_what_was_there() -> None:
    state = State()
    done = verbs.dry_run(state, nothing, TEXT, "random", 2)
    with pytest.raises(DesignError):
        verbs.live(state, nothing, TEXT.replace('"out_features": 256', '"out_features": -1'))
    assert verbs.live(state, nothing, TEXT) == done


def test_all_of_it_crosses_to_the_app() -> None:
    told: list[object] = []
    with Kernel() as kernel:
        assert kernel.call("live", text=TEXT) == verbs.live(State(), nothing, TEXT)
        done = kernel.call("dry_run", on_progress=told.append, text=TEXT, data="random", samples=2)
        assert done == verbs.dry_run(State(), nothing, TEXT, "random", 2)
        assert told == [Progress("0", 1, 2), Progress("2", 2, 2)]
        with pytest.raises(DesignError, match="0: expects 20 input features"):
            kernel.call("dry_run", text=TEXT, data="random", samples=2, inputs=TYPED)
        assert kernel.call("live", text=TEXT) == done
        assert kernel.call("reset", text=TEXT) == verbs.live(State(), nothing, TEXT)

"""Fields of forms: for every node there is, what they say is what holds, and what they make is an edit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from composer import templates
from composer.catalog.options import REQUIRED
from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.edits import apply
from composer.design.nodes import Initializer, Layer, Parallel, Repeat, Sequential, Shared, Tensor, Use
from composer.design.paths import scopes, walk
from composer.ui.fields import Field, fields_of, name_of, whole
from composer.ui.forms import value_of, word, words
from composer.ui.values import show

EVERYTHING = Design(
    name="Everything",
    inputs=(Input(shape=("N", 4)), Input(name="ids", shape=("N", "T"), dtype="int64", high=100)),
    definitions=(
        Definition(
            name="Wide",
            options=(DefinitionOption(name="size", help="How wide."), DefinitionOption(name="depth", default=2)),
            body=Sequential(
                nodes=(Layer(id="fc", kind="Linear", options={"in_features": 4, "out_features": "=size"}),)
            ),
        ),
    ),
    root=Sequential(
        nodes=(
            Use(id="wide", of="Wide", options={"size": 4}),
            Repeat(id="again", times="=2*2", body=Layer(id="0", kind="Identity")),
            Parallel(id="both", merge="add", nodes=(Layer(id="a", kind="ReLU"), Layer(id="b", kind="Tanh"))),
            Parallel(id="stacked", merge="stack", dim=2, nodes=(Layer(id="a", kind="ReLU"),)),
            Shared(id="same", of="wide"),
            Tensor(id="p", kind="Parameter", shape=(4, 4), init=Initializer(scheme="normal", options={"std": 0.1})),
            Tensor(id="c", kind="Constant", shape=(), value=2),
            Tensor(id="b", kind="Buffer", shape=(2,), value=(1, 2)),
        )
    ),
)


DESIGNS = [EVERYTHING, *map(templates.load, templates.names())]


def fields(design: Design) -> Iterator[tuple[str, Field]]:
    for field in whole(design):
        yield "", field
    for path, root, _options in scopes(design):
        for below, node in walk(root, path):
            for field in (*name_of(design, below, node), *fields_of(design, below, node)):
                yield below, field


def held(design: Design, path: str, name: str) -> list[object]:
    return [field.value for place, field in fields(design) if (place, field.name) == (path, name)]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_setting_what_holds_changes_nothing(design: Design) -> None:
    for path, field in fields(design):
        if field.value is REQUIRED:
            continue
        text = word(field.value) if words(field.option) else show(field.option, field.value)
        value = value_of(field.option, text)
        assert value == field.value, (path, field.name)
        assert held(apply(design, field.set(value)), path, field.name) == [value], (path, field.name)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_a_reset_gives_the_default(design: Design) -> None:
    for path, field in fields(design):
        if field.reset is None:
            continue
        changed = apply(design, field.reset)
        after = [each for place, each in fields(changed) if place == path and each.name == field.name]
        assert [each.value for each in after] == [field.option.default], (path, field.name)
        assert not any(each.given for each in after)


def test_fields_of_each_kind() -> None:
    found = {path: [each.name for each in fields_of(EVERYTHING, path, node)] for path, node in walk(EVERYTHING.root)}
    assert found["wide"] == ["of", "size", "depth"]
    assert found["again"] == ["times", "mode", "index"]
    assert found["both"] == ["merge"]
    assert found["stacked"] == ["merge", "dim"]
    assert found["same"] == ["of"]
    assert found["p"] == ["shape", "dtype", "value", "init", "mean", "std"]
    assert found["c"] == ["shape", "dtype", "value"]
    assert found["b"] == ["shape", "dtype"]
    assert [each.name for each in whole(EVERYTHING)] == [
        "description", "seed", "x shape", "x dtype", "ids shape", "ids dtype", "ids high",
    ]  # fmt: skip


def test_the_body_of_a_repeat_has_no_free_name() -> None:
    body = Repeat(id="again", body=Layer(id="0", kind="Identity")).body
    assert name_of(EVERYTHING, "again.0", body) == ()

"""Designs as text: one canonical form, and everything else refused with the path of its place."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from composer.design import limits, text
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Parallel, Repeat, Sequential, Use
from composer.errors import DesignError, Problem
from tests.build import chain, layer, linear, of
from tests.strategies import designs

PLAIN = {
    "format": "block-composer",
    "version": 1,
    "inputs": [{"name": "x", "shape": ["N", 4]}],
    "root": {"kind": "Sequential", "nodes": [{"kind": "Tanh", "id": "act"}]},
}


def problem(data: Any) -> Problem:
    """The first problem of a text, or of data as text."""
    with pytest.raises(DesignError) as caught:
        text.loads(data if isinstance(data, str | bytes) else json.dumps(data))
    return caught.value.problems[0]


def with_node(**node: Any) -> dict[str, Any]:
    return {**PLAIN, "root": {"kind": "Sequential", "nodes": [{"kind": "Sequential", "id": "a", "nodes": [node]}]}}


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(designs())
def test_round_trip(design: Design) -> None:
    written = text.dumps(design)
    again = text.loads(written)
    assert again == design
    assert text.dumps(again) == written
    assert text.loads(written.encode()) == design
    data = text.plain(design)
    data["root"].pop("input_names", None)
    assert written == text.written(data)


def test_what_it_looks_like() -> None:
    design = chain(linear("fc", 4, 8), layer("act", "ReLU", inplace=True), name="層")
    assert json.loads(text.dumps(design)) == {
        "format": "block-composer",
        "version": 1,
        "name": "層",
        "inputs": [{"name": "x", "shape": ["N", 4]}],
        "root": {
            "kind": "Sequential",
            "nodes": [
                {"kind": "Linear", "id": "fc", "options": {"in_features": 4, "out_features": 8}},
                {"kind": "ReLU", "id": "act", "options": {"inplace": True}},
            ],
        },
    }
    assert "層" in text.dumps(design)
    assert text.dumps(design).endswith("}\n")


def test_equal_designs_give_equal_text() -> None:
    one = chain(layer("a", "Conv2d", in_channels=1, out_channels=2, kernel_size=3))
    other = json.loads(text.dumps(one))
    other["root"]["nodes"][0]["options"] = dict(reversed(other["root"]["nodes"][0]["options"].items()))
    other["root"]["nodes"][0]["inputs"] = []
    other["seed"] = 0
    assert text.dumps(text.loads(json.dumps(other))) == text.dumps(one)


def test_lists_and_whole_numbers_are_normal() -> None:
    design = text.loads(json.dumps(with_node(kind="Dropout", id="d", options={"p": 1})))
    assert '"p": 1.0' in text.dumps(design)
    design = text.loads(json.dumps(with_node(kind="Permute", id="p", options={"dims": [0, 2, 1]})))
    assert design == text.loads(text.dumps(design))


@pytest.mark.parametrize(
    ("data", "received"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        (b"\xff", "utf-8"),
        ("[" * 100_000, "nested too deep"),
        ('{"format": "block-composer", "format": "block-composer"}', "the key 'format' twice"),
        ('{"format": "block-composer", "version": NaN}', "the number NaN"),
        ('{"format": "block-composer", "version": -Infinity}', "the number -Infinity"),
        ("1" * (limits.MAX_TEXT + 1), "8,000,001 characters"),
    ],
)
def test_no_json(data: str | bytes, received: str) -> None:
    found = problem(data)
    assert found.code == "not-json"
    assert received in found.received


@pytest.mark.parametrize(
    ("data", "code", "received"),
    [
        ([], "not-a-design", "JSON list"),
        ({}, "not-a-design", "another kind of JSON object"),
        ({**PLAIN, "format": "other"}, "not-a-design", "another kind of JSON object"),
        ({**PLAIN, "version": 2}, "version", "version 2"),
        ({key: value for key, value in PLAIN.items() if key != "version"}, "version", "version None"),
    ],
)
def test_no_design(data: Any, code: str, received: str) -> None:
    found = problem(data)
    assert (found.path, found.code, found.received) == ("", code, received)


@pytest.mark.parametrize(
    ("node", "path", "received"),
    [
        ({"kind": "Tanh", "id": "t", "color": 1}, "a.t", "the unknown key 'color'"),
        ({"kind": "Conv2D", "id": "t"}, "a.t", "Conv2d"),
        ({"kind": "os.system", "id": "t"}, "a.t", "unknown kind"),
        ({"kind": "Tanh", "id": "t.u"}, "a", "no dot"),
        ({"kind": "Tanh", "id": ""}, "a", "not empty"),
        ({"kind": "Tanh", "id": "x"}, "a", "'x' is taken"),
        ({"kind": "Tanh", "id": "t" * 101}, "a.", "at most 100"),
        ({"kind": "Tanh", "id": "t", "inputs": "x"}, "a.t", "valid"),
        ({"kind": "Repeat", "id": "t", "body": {"kind": "Tanh", "id": "0"}, "times": 1.5}, "a.t", "valid"),
        ({"kind": "Repeat", "id": "t", "body": {"kind": "Tanh", "id": "1"}}, "a.t", "'0'"),
        ({"kind": "Parallel", "id": "t", "merge": "sum"}, "a.t", "'concat'"),
        ({"kind": "Parameter", "id": "t", "shape": [2.5]}, "a.t", "valid"),
    ],
)
def test_bad_nodes_are_named_by_their_path(node: dict[str, Any], path: str, received: str) -> None:
    found = problem(with_node(**node))
    assert found.path.startswith(path)
    assert received in str(found)


def test_bad_places_outside_the_tree() -> None:
    assert "seed" in str(problem({**PLAIN, "seed": -1}))
    assert "the unknown key 'author'" in str(problem({**PLAIN, "author": "me"}))
    twice = [{"name": "x", "shape": [1]}, {"name": "x", "shape": [2]}]
    assert "have one name: x" in str(problem({**PLAIN, "inputs": twice}))
    bad = {"name": "A", "body": {"kind": "Sequential", "nodes": [{"kind": "Tanh", "id": "t", "extra": 0}]}}
    assert problem({**PLAIN, "definitions": [bad]}).path == ".A.t"


def test_two_of_an_id() -> None:
    nodes = [{"kind": "Tanh", "id": "t"}, {"kind": "ReLU", "id": "t"}]
    found = problem(with_node(kind="Sequential", id="b", nodes=nodes))
    assert found.path == "a.b"
    assert "id 't' is taken" in found.received


@pytest.mark.parametrize("lone", ["\ud800", "a\udfff"])
def test_text_that_no_file_can_hold(lone: str) -> None:
    assert problem(with_node(kind="Tanh", id=lone)).code == "invalid"
    assert problem({**PLAIN, "name": lone}).code == "invalid"
    with pytest.raises(ValidationError):
        layer(lone, "Tanh")


def test_hostile_values_are_refused_in_time() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    for data in (with_node(kind="Tanh", id="t", options={"p": deep}), {**PLAIN, "root": deep}):
        try:
            text.loads(json.dumps(data))
        except DesignError as error:
            assert error.problems
    assert problem('{"format": "block-composer", "version": 1, "seed": ' + "9" * 5000 + "}")
    assert problem({**PLAIN, "root": None})
    assert problem({**PLAIN, "root": {"kind": {"kind": []}}})


def bomb() -> str:
    """Ten definitions, each of ten of the one before: 10¹⁰ layers in 7 kB."""
    definitions = [Definition(name="D0", body=Sequential(nodes=(layer("0", "Tanh"),)))]
    for k in range(1, 11):
        uses = tuple(Use(id=str(n), of=f"D{k - 1}") for n in range(10))
        definitions.append(Definition(name=f"D{k}", body=Sequential(nodes=uses)))
    design = of(Sequential(nodes=(Use(id="all", of="D10"),)), definitions=tuple(definitions))
    return json.dumps(json.loads(text.dumps(design)), separators=(",", ":"))


def test_a_small_file_that_means_ten_billion_layers() -> None:
    data = bomb()
    assert len(data) < 7_000
    start = time.perf_counter()
    found = problem(data)
    assert time.perf_counter() - start < 0.5
    assert found.code == "too-large"
    assert found.path.split(".")[0] == "all"
    assert "10,000 layers" in found.expected


@pytest.mark.parametrize("times", [10**10, "=10*10*10*10*10*10*10*10*10*10", 10_001])
def test_a_repeat_of_too_many(times: int | str) -> None:
    found = problem(text.dumps(chain(Repeat(id="r", body=layer("0", "Tanh"), times=times))))
    assert (found.path, found.code) == ("r", "too-large")


def test_depth() -> None:
    def nested(depth: int) -> dict[str, Any]:
        node: dict[str, Any] = {"kind": "Tanh", "id": "t"}
        for _ in range(depth - 1):
            node = {"kind": "Sequential", "id": "s", "nodes": [node]}
        return {**PLAIN, "root": {"kind": "Sequential", "nodes": [node]}}

    text.loads(json.dumps(nested(limits.MAX_DEPTH)))
    found = problem(nested(limits.MAX_DEPTH + 1))
    assert found.code == "too-deep"
    assert found.path.startswith("s.s.s")


def test_number_of_nodes() -> None:
    def wide(count: int) -> dict[str, Any]:
        nodes = [{"kind": "Tanh", "id": str(k)} for k in range(count)]
        return {**PLAIN, "root": {"kind": "Sequential", "nodes": nodes}}

    rules = [{"kind": "Linear", "init": {"scheme": "zeros"}}] * 10
    text.loads(json.dumps({**wide(limits.MAX_NODES - 1), "initializers": rules}))
    assert problem(wide(limits.MAX_NODES)).code == "too-large"


def test_schema() -> None:
    schema = text.json_schema()
    json.dumps(schema)
    assert schema["title"] == "Design"
    assert {"Layer", "Op", "Sequential", "Parallel", "Residual", "Repeat", "Use"} <= set(schema["$defs"])


def test_input_names_are_said_once() -> None:
    inputs = (Input(name="a", shape=("N", 4)), Input(name="b", shape=("N", 4)))
    design = Design(inputs=inputs, root=Parallel(nodes=(layer("t", "Tanh"),)))
    assert design.root.input_names == ("a", "b")
    assert "input_names" not in text.dumps(design)
    assert text.loads(text.dumps(design)) == design


def test_unknown_key_at_the_top() -> None:
    assert problem({**PLAIN, "extra": 1}).received == "the unknown key 'extra'"


def test_a_late_key_twice_is_found_soon() -> None:
    pairs = [f'"{k}": 1' for k in range(200_000)] + ['"199999": 2']
    with pytest.raises(DesignError, match="the key '199999' twice"):
        text.loads("{" + ", ".join(pairs) + "}")


@pytest.mark.parametrize("name", ["", "A.b"])
def test_a_definition_s_name_is_a_part_of_paths(name: str) -> None:
    assert "a name in a path" in problem({**PLAIN, "definitions": [{"name": name, "body": PLAIN["root"]}]}).received


def test_a_tie_of_nothing() -> None:
    assert problem({**PLAIN, "ties": [[]]}).code == "invalid"

"""Nodes read from text are the very same ones for the same text, and what is refused is what always was."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from composer import templates
from composer.design import edits, text
from composer.design.document import Design
from composer.design.interning import design_of
from composer.design.paths import scopes, walk

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1.0, 1.5, 10**30, float("inf"), "", "x", "=2*n", "\ud800", [], [1], ["a"], [["a"]],
    {}, {"a": 1}, {"\ud800": 1}, {"kind": "ReLU"}, {"kind": "ReLU", "id": "0"}, {"kind": "Sequential"},
)  # fmt: skip
KEYS = ("kind", "id", "nodes", "body", "shortcut", "inputs", "shape", "options", "outputs", "times", "version", "new")


def damaged(data: Any, random: Random) -> Any:
    """`data` with one value in place of another, or one more."""
    data = deepcopy(data)
    places: list[tuple[Any, Any]] = []
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list):
            inside = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            places += [(value, key) for key, _ in inside]
            pending += [each for _, each in inside]
    around, key = random.choice(places)
    if isinstance(around, dict) and random.random() < 0.3:
        key = random.choice(KEYS)
    around[key] = deepcopy(random.choice(WRONG))
    return data


@pytest.mark.parametrize("name", templates.names())
def test_it_refuses_what_a_plain_reading_refuses(name: str) -> None:
    random = Random(name)
    whole = json.loads(text.dumps(templates.load(name)))
    for _ in range(100):
        data = damaged(whole, random)
        try:
            plain = Design.model_validate_json(json.dumps(data))
        except ValidationError:
            with pytest.raises((ValueError, RecursionError)):
                design_of(data)
        else:
            assert repr(design_of(data)) == repr(plain)


@pytest.mark.parametrize("name", templates.names())
def test_an_edit_makes_new_only_what_it_changed(name: str) -> None:
    design = templates.load(name)
    last = design.root.children[-1]
    renamed = edits.rename(design, last.id, "quite_new")
    before, after = text.loads(text.dumps(design)), text.loads(text.dumps(renamed))
    known = {id(node) for path, root, _ in scopes(before) for _, node in walk(root, path)}
    fresh = [path for path, root, _ in scopes(after) for path, node in walk(root, path) if id(node) not in known]
    assert [path for path in fresh if path and not path.startswith("quite_new")] == []

"""Copying and pasting in random designs."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn.parameter import is_lazy

from composer.codegen.source import class_name_of, source
from composer.design import edits, text
from composer.design.check import check
from composer.design.clip import clip_text, read_clip
from composer.design.document import Design, Input
from composer.design.history import History
from composer.design.nodes import BlockBase, Sequential
from composer.design.paths import place, scopes, walk
from composer.engine.build import build
from composer.errors import EditError
from tests.strategies import designs
from tests.strategies.whole import random_design


def paths_of(design: Design, own: bool = False) -> list[str]:
    starts = [each for each in scopes(design) if not own or not each[0]]
    return [path for start, root, _ in starts for path, _node in walk(root, start)]


def blocks_of(design: Design) -> list[str]:
    found = [pair for start, root, _ in scopes(design) for pair in walk(root, start)]
    return [path for path, node in found if isinstance(node, BlockBase)]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(designs(), designs(), st.data())
def test_copy_paste_undo(design: Design, other: Design, data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(paths_of(design)), min_size=1, max_size=4))
    clip = edits.copied(design, paths)
    assert read_clip(clip_text(clip)) == clip
    target = data.draw(st.sampled_from([design, other]))
    operation = {
        "edit": "paste",
        "path": data.draw(st.sampled_from(blocks_of(target))),
        "index": 0,
        "clip": text.plain(clip),
    }
    before = text.dumps(target)
    try:
        history = History.of(target).apply(operation)
    except EditError as error:
        received = {each.received for each in error.problems}
        known = ("a Repeat", "in what is pasted", "without it", "before the original", "blocks in each other")
        assert any(reason in str(each) for each in received | {str(error)} for reason in known), error
        return
    after = history.design
    assert text.loads(text.dumps(after)) == after
    assert text.dumps(history.undo().design) == before
    into = place(operation["path"]).definition
    for old, kept in zip(target.definitions, after.definitions, strict=False):
        assert old.name == kept.name
        assert old == kept or old.name == into
    new = [each for each in after.definitions if target.definition(each.name) is None]
    assert len(new) <= len(clip.definitions)


def parameters(design: Design, prefix: str) -> dict[str, Any]:
    """The shapes of the parameters below a path, and which of them are one."""
    module = build(source(design), class_name_of(design))
    found = [
        (name.removeprefix(f"{prefix}."), each)
        for name, each in module.named_parameters(remove_duplicate=False)
        if not prefix or name.startswith(f"{prefix}.")
    ]
    first: dict[int, str] = {}
    shapes = {name: None if is_lazy(each) else tuple(each.shape) for name, each in found}
    return {name: (shapes[name], first.setdefault(id(each), name)) for name, each in found}


@pytest.mark.parametrize("seed", range(12))
def test_a_pasted_part_is_built_alike(seed: int) -> None:
    """A random design as a part, and random parts of it, in a design of their own."""
    random = Random(seed)
    built = 0
    while built < 4:
        design = random_design(14, random.getrandbits(64))
        path = random.choice(["", *paths_of(design, own=True)])
        clip = edits.copied(design, [path])
        empty = Design(inputs=design.inputs[:1], root=Sequential())
        try:
            after = edits.paste(empty, "", 0, clip)
        except EditError:
            assert clip.outside
            continue
        part = after.root.children[0]
        if {each.code for each in check(after)} - {"number-of-inputs", "broken-wire", "missing-input"}:
            continue  # an index of a Repeat around it, or part of what a tie is of
        inputs = tuple(Input(name=f"in{k}", shape=("N", 4)) for k in range(len(getattr(part, "input_names", "x"))))
        alone = Design(
            inputs=inputs,
            root=Sequential(nodes=(part.model_copy(update={"inputs": ()}),)),
            definitions=after.definitions,
            ties=after.ties,
            initializers=after.initializers,
        )
        if check(alone):
            continue
        assert parameters(alone, part.id) == parameters(design, path)
        built += 1

"""Suggested rename rules: what they find, what they say of it, and that they map nothing wrongly where shapes tell."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.checkpoint_reports import Part, StoredTensor
from composer.matching.match import match
from composer.matching.rename import Rename, rename
from composer.matching.suggest import suggest
from composer.reports import TensorReport
from tests.matching.rows import Shape, model, part

MLP: dict[str, Shape] = {"fc1.weight": (8, 4), "fc1.bias": (8,), "fc2.weight": (2, 8), "fc2.bias": (2,)}


@pytest.mark.parametrize(
    ("before", "after", "rules", "evidence"),
    [
        ("module.", "", [Rename("prefix", "module.", "")], "4 of 4 names fit with 'module.' taken away"),
        ("", "net.", [Rename("prefix", "", "net.")], "4 of 4 names fit with 'net.' put before"),
        ("model.", "net.", [Rename("prefix", "model.", "net.")], "4 of 4 names fit with 'model.' exchanged for 'net.'"),
        ("a.b.c.", "", [Rename("prefix", "a.b.c.", "")], "4 of 4 names fit with 'a.b.c.' taken away"),
    ],
)
def test_another_beginning_of_all_names(before: str, after: str, rules: list[Rename], evidence: str) -> None:
    here = model({f"{after}{name}": shape for name, shape in MLP.items()})
    (found,) = suggest(here, part({f"{before}{name}": shape for name, shape in MLP.items()}))
    assert (list(found.renames), found.evidence, found.loads, found.names) == (rules, evidence, 4, 4)


def test_the_names_of_wrappers_are_taken_out_wherever_they_are() -> None:
    here = model({f"net.{name}": shape for name, shape in MLP.items()})
    file = part({f"module._orig_mod.net._fsdp_wrapped_module.{name}": shape for name, shape in MLP.items()})
    (found,) = suggest(here, file)
    assert found.evidence == "4 of 4 names fit with the names of wrappers taken out and 'module.' taken away"
    assert match(here, file, found.renames).complete


def test_nothing_is_suggested_where_names_agree_or_little_does() -> None:
    here = model(MLP)
    assert suggest(here, part(MLP)) == ()
    assert suggest(here, part({"a.weight": (1, 2), "b.weight": (3, 4)})) == ()
    assert suggest(here, part({"a.weight": (8, 4), **{f"b{k}.weight": (k, 50) for k in range(9)}})) == ()
    assert suggest(here, part({})) == () and suggest([], part(MLP)) == ()


def blocks(
    block: str, first: str, second: str, third: str, turned: bool = False, bias: bool = True
) -> dict[str, Shape]:
    """Two blocks of two norms and matrices of 6×6, 24×6 and 6×24, and a norm after them."""
    found: dict[str, Shape] = {}
    sizes = {f"{second}.a": (6, 6), f"{second}.up": (24, 6), f"{second}.down": (6, 24)}
    for number in range(2):
        for norm in (first, third):
            found |= {f"{block}.{number}.{norm}.weight": (6,), f"{block}.{number}.{norm}.bias": (6,)}
        for name, (rows, columns) in sizes.items():
            found[f"{block}.{number}.{name}.weight"] = (columns, rows) if turned else (rows, columns)
            if bias:
                found[f"{block}.{number}.{name}.bias"] = (rows,)
    return found | {f"{block}_norm.weight": (6,), f"{block}_norm.bias": (6,)}


def test_roles_in_blocks_are_paired_and_written_as_few_rules() -> None:
    here, file = model(blocks("blocks", "norm1", "mlp", "norm2")), part(blocks("h", "ln_1", "ff", "ln_2"))
    (found,) = suggest(here, file)
    assert found.loads == len(here) and match(here, file, found.renames).complete
    assert found.renames == (
        Rename("regex", r"^h\.(\d+)\.ln_1\.", r"blocks.\1.norm1."),
        Rename("regex", r"^h\.(\d+)\.ln_2\.", r"blocks.\1.norm2."),
        Rename("regex", r"^h\.(\d+)\.ff\.", r"blocks.\1.mlp."),
        Rename("prefix", "h_norm.", "blocks_norm."),
    )
    assert found.evidence == (
        "22 of 22 names fit: layers of the same shapes, in blocks of the same numbers; 4 of 11 layers have several "
        "candidates and are told apart by their order alone"
    )


def test_weights_stored_transposed_take_a_square_one_with_them() -> None:
    here = model(blocks("blocks", "norm1", "mlp", "norm2"))
    file = part(blocks("h", "norm1", "mlp", "norm2", turned=True))
    found = suggest(here, file)[0]
    report = match(here, file, found.renames)
    assert len(found.renames) == 5 and report.complete and sum(row.transpose for row in report.rows) == 6
    assert found.evidence.endswith("6 are stored transposed")
    assert {row.name for row in report.rows if row.transpose} == {
        f"blocks.{number}.mlp.{name}.weight" for number in range(2) for name in ("a", "up", "down")
    }


def test_matrices_that_would_fit_either_way_have_no_place_beside_transposed_ones() -> None:
    """Without biases, 24×6 stored transposed looks like 6×24: what a third matrix shows keeps them from being mixed."""
    here = blocks("blocks", "norm1", "mlp", "norm2", bias=False) | {
        f"blocks.{k}.mlp.qkv.weight": (18, 6) for k in (0, 1)
    }
    file = blocks("h", "ln_1", "ff", "ln_2", turned=True, bias=False) | {f"h.{k}.ff.c.weight": (6, 18) for k in (0, 1)}
    for found in suggest(model(here), part(file)):
        made = {row.name: row for row in match(model(here), part(file), found.renames).rows if row.loads}
        assert "blocks.0.mlp.up.weight" not in made and "blocks.0.mlp.down.weight" not in made
        assert made["blocks.0.mlp.qkv.weight"].transpose


def test_an_order_that_is_alphabetical_is_said_and_alone_is_no_evidence() -> None:
    same: dict[str, Shape] = {f"{name}.weight": (4, 4) for name in "dacb"}
    other: dict[str, Shape] = {f"{name}.weight": (4, 4) for name in "zxyw"}
    (found,) = suggest(model(same), part(other))
    assert "4 of 4 layers have several candidates and are told apart by their order alone" in found.evidence
    assert suggest(model(same), part(dict(sorted(other.items())))) == ()
    file = part(dict(sorted(blocks("h", "ln_1", "ff", "ln_2").items())))
    (found,) = suggest(model(blocks("blocks", "norm1", "mlp", "norm2")), file)
    assert "which is alphabetical in this file" in found.evidence


def test_the_end_of_a_name_tells_layers_of_one_shape_apart() -> None:
    here = model({"a.conv1.weight": (4, 4, 3, 3), "a.conv2.weight": (4, 4, 3, 3), "out.weight": (2, 4)})
    file = part({"x.conv2.weight": (4, 4, 3, 3), "x.conv1.weight": (4, 4, 3, 3), "y.weight": (2, 4)})
    found = suggest(here, file)[0]
    assert {row.name: row.key for row in match(here, file, found.renames).rows} == {
        "a.conv1.weight": "x.conv1.weight", "a.conv2.weight": "x.conv2.weight", "out.weight": "y.weight",
    }  # fmt: skip
    assert found.evidence.endswith("2 have several and are told apart by the end of their names")


def test_a_bias_that_one_side_does_not_have_keeps_no_layer_from_its_place() -> None:
    here = model({"conv.weight": (8, 3, 5, 5), "conv.bias": (8,), "fc.weight": (2, 8), "fc.bias": (2,)})
    file = part({"stem.weight": (8, 3, 5, 5), "head.weight": (2, 8), "head.bias": (2,)})
    found = suggest(here, file)[0]
    assert found.loads == 3 and found.evidence.startswith("3 of 4 names fit")


TOKENS = st.sampled_from(["enc", "dec", "attn", "mlp", "norm", "proj", "fc", "h", "stem"])


@st.composite
def architectures(draw: st.DrawFn) -> list[tuple[str, Shape]]:
    """Tensors of a random model, in the order of its state dict, whose blocks may be numbered."""
    tensors: dict[str, Shape] = {}
    for _ in range(draw(st.integers(1, 6))):
        path = [draw(TOKENS) for _ in range(draw(st.integers(1, 3)))]
        shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
        for number in range(draw(st.integers(1, 3))) if draw(st.booleans()) else [None]:
            name = ".".join(path if number is None else [path[0], str(number), *path[1:]])
            tensors[f"{name}.weight"] = shape
            if draw(st.booleans()):
                tensors[f"{name}.bias"] = shape[:1]
    return list(tensors.items())


@settings(max_examples=300)
@given(st.data(), architectures())
def test_where_shapes_are_unique_nothing_is_mapped_wrongly(
    data: st.DataObject, tensors: list[tuple[str, Shape]]
) -> None:
    """Names changed by a random, consistent renaming of their parts, in any order."""
    words = sorted({word for name, _ in tensors for word in name.split(".")[:-1] if not word.isdecimal()})
    new = data.draw(st.permutations([*words, *(f"w{number}" for number in range(3))]))
    other = dict(zip(words, new, strict=False))
    renamed = {
        name: ".".join([*(other.get(w, w) for w in name.split(".")[:-1]), name.split(".")[-1]]) for name, _ in tensors
    }
    stored = data.draw(st.permutations(tensors)) if data.draw(st.booleans()) else tensors
    file = part({renamed[name]: shape for name, shape in stored})
    alone = Counter(tuple(sorted(shape)) for _, shape in tensors)
    for found in suggest(model(dict(tensors)), file):
        made = rename(renamed.values(), found.renames).names
        names = {name for name, _ in tensors}
        for name, shape in tensors:
            there = made[renamed[name]].name
            if alone[tuple(sorted(shape))] == 1 and there in names and dict(tensors)[there] == shape:
                assert there == name and not made[renamed[name]].transpose


@settings(max_examples=100)
@given(st.data())
def test_a_consistent_renaming_of_unique_shapes_is_found_whole(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(2, 99), min_size=2, max_size=8, unique=True))
    names = {
        f"{word}{number}": (size, size + 100)
        for number, (word, size) in enumerate(zip("abcdefgh", sizes, strict=False))
    }
    here = {f"{name}.weight": shape for name, shape in names.items()} | {
        f"{name}.bias": shape[:1] for name, shape in names.items()
    }
    order = data.draw(st.permutations(list(here)))
    file = part({f"net.x_{name}": here[name] for name in order})
    found = suggest(model(here), file)[0]
    assert match(model(here), file, found.renames).complete
    assert {row.name: row.key for row in match(model(here), file, found.renames).rows} == {
        name: f"net.x_{name}" for name in here
    }


def test_a_second_name_of_a_parameter_needs_no_rule() -> None:
    here = [
        TensorReport("wte.weight", (9, 3), "float32", True, True),
        TensorReport("out.weight", (9, 3), "float32", True, True, "wte.weight"),
    ]
    file = Part(
        "",
        "state dict",
        (StoredTensor("e.weight", (9, 3), "float32", 0), StoredTensor("d.weight", (9, 3), "float32", 0, "e.weight")),
    )
    (found,) = suggest(here, file)
    assert (found.loads, found.names) == (2, 2) and found.renames == (Rename("prefix", "e.", "wte."),)


def test_ten_thousand_tensors_take_no_longer_than_a_person_notices() -> None:
    here = {
        f"blocks.{k}.{name}.weight": (64, 64 + len(name))
        for k in range(1000)
        for name in ("q", "kk", "vvv", "oooo", "up", "downs", "norm1", "norms2")
    }
    file = {name.replace("blocks", "layers").replace("up", "gate"): shape for name, shape in here.items()}
    start = time.process_time()
    found = suggest(model(here), part(file))
    assert found[0].loads == len(here) and time.process_time() - start < 10

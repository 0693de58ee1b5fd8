"""The list: all of it is there in the installed torch, and is accepted where it stands in code."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from composer.codegen.gate import Names, examine, published
from composer.codegen.gate.vocabulary.alternatives import ALTERNATIVES
from composer.codegen.gate.vocabulary.functional import FUNCTIONAL_FUNCTIONS
from composer.codegen.gate.vocabulary.functions import TORCH_FUNCTIONS
from composer.codegen.gate.vocabulary.tensors import METHOD_NAMES, PROPERTY_NAMES, TYPES

ROOTS: dict[str, Any] = {"torch": torch, "F": F, "math": math, "nn": nn}
PUBLISHED = published()
TOPICS = [topic for topic in PUBLISHED if topic not in ("Words", "Statements", "Expressions")]


def _use(topic: str, name: str) -> str:
    """A line that uses a name of the list."""
    value = "x" * name.startswith(".") + name
    if topic == "torch: Types":
        return f"y = x.to({name})"
    if topic == "torch: Limits of types":
        return f"y = {name}(x.dtype).max"
    if topic in ("torch: Numbers", "math: Numbers") or topic.startswith("Read: Of"):
        return f"y = {value}"
    return f"y = x.to({value})" if topic.startswith("Read: As") else f"y = {value}(x)"


@pytest.mark.parametrize("topic", TOPICS)
def test_each_name_is_accepted(topic: str):
    lines = "\n    ".join(["x = self.weight", *(_use(topic, name) for name in PUBLISHED[topic])])
    text = f"def forward(self):\n    {lines}\n    return x\n"
    if topic == "In init alone":
        text = f"def init(self):\n    {lines}\ndef forward(self, x):\n    return x\n"
    assert [str(each) for each in examine(text, Names({"weight"})).refusals] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_each_name_is_there(topic: str):
    for name in PUBLISHED[topic]:
        root, *parts = name.split(".")
        if root in ROOTS:
            value = reduce(getattr, parts, ROOTS[root])
            assert callable(value) or isinstance(value, float | torch.dtype), name


def test_each_method_is_there():
    assert {name for name in METHOD_NAMES if not callable(getattr(Tensor, name, None))} == {"append", "pop"}  # a list's


@pytest.mark.parametrize("names", [TORCH_FUNCTIONS, FUNCTIONAL_FUNCTIONS, METHOD_NAMES, PROPERTY_NAMES, TYPES])
def test_nothing_private_is_on_a_list(names: frozenset[str]):
    assert not [name for name in names if name.startswith("_") or "__" in name]


def test_no_list_has_what_the_file_of_the_lists_says_is_not_there():
    absent = {
        "load", "save", "from_file", "hub", "ops", "classes", "jit", "compile", "library", "utils", "vmap", "func",
        "apply_", "map_", "register_hook", "triplet_margin_with_distance_loss", "data_ptr", "storage", "numpy",
        "from_dlpack", "frombuffer", "asarray", "share_memory_", "manual_seed", "use_deterministic_algorithms",
        "backward", "as_strided", "set_", "resize_", "ctc_loss", "embedding_bag", "lu_solve", "ormqr", "gru_cell",
        "segment_reduce", "repeat_interleave", "empty", "empty_like", "new_empty", "t_", "squeeze_", "detach_",
        "requires_grad_", "sparse_coo_tensor", "to_sparse", "quantize_per_tensor", "data", "grad", "grad_fn", "type",
    }  # fmt: skip
    listed = TORCH_FUNCTIONS | FUNCTIONAL_FUNCTIONS | METHOD_NAMES | PROPERTY_NAMES
    assert not listed & absent
    starts = ("set_", "unsafe_", "is_sparse", "fractional_", "sparse_", "q_", "cudnn", "miopen", "mkldnn", "register_")
    assert not [name for name in listed if name.startswith(starts)]


def test_what_to_use_instead_is_on_no_list():
    listed = TORCH_FUNCTIONS | METHOD_NAMES | PROPERTY_NAMES
    assert not [name for name in ALTERNATIVES if name in listed - {"pow"}]


def test_topics_have_no_name_twice():
    for topic, names in PUBLISHED.items():
        assert len(names) == len(set(names)) > 0, topic

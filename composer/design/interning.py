"""Nodes made of JSON data: the very same ones for the same data, so that what was found for them stays known.

An edited design comes to the kernel as text; only the nodes that the edit changed, and the blocks around, are new.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter

from composer.design.document import Definition, Design
from composer.design.nodes import BLOCK_KINDS, Node, frozen
from composer.memo import Memo

_NODE: TypeAdapter[Any] = TypeAdapter(Node)
_DEFINITION: TypeAdapter[Any] = TypeAdapter(Definition)
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_INSIDE = ("nodes", "shortcut", "body")  # where a block or definition has nodes
_known: Memo[Any] = Memo(50_000)


def design_of(data: Mapping[str, Any]) -> Design:
    """The design that parsed data says.

    Raises:
        ValueError, RecursionError: where it is none.
    """
    parts: dict[str, Any] = {}
    if "root" in data:
        parts["root"] = _node(data["root"])
    if isinstance(data.get("definitions"), list):
        parts["definitions"] = tuple(
            _made(_DEFINITION, each) if isinstance(each, dict) else each for each in data["definitions"]
        )
    return Design.model_validate(_others(data, parts) | parts)


def _node(data: Any) -> Any:
    if not isinstance(data, dict):
        return data  # for pydantic to refuse
    if data.get("kind") in BLOCK_KINDS:
        return _made(_NODE, data)
    key = repr(data)
    return _known.get(key) or _known.put(key, _NODE.validate_python(_others(data, ())), None)


def _made(adapter: TypeAdapter[Any], data: dict[str, Any]) -> Any:
    """A block or definition: known by its own fields and by the nodes inside."""
    inside: dict[str, Any] = {}
    for name in _INSIDE:
        value = data.get(name)
        if isinstance(value, list):
            inside[name] = tuple(map(_node, value))
        elif value is not None:
            inside[name] = _node(value)
    others = {name: value for name, value in data.items() if name not in inside}
    ids = tuple((name, tuple(map(id, each)) if isinstance(each, tuple) else id(each)) for name, each in inside.items())
    key = (repr(others), ids)
    return _known.get(key) or _known.put(key, adapter.validate_python(_others(data, inside) | inside), inside)


def _others(data: Mapping[str, Any], parts: Collection[str]) -> dict[str, Any]:
    """The fields beside `parts`, with tuples for lists, where JSON text can hold them: not so an infinite number."""
    others = {name: value for name, value in data.items() if name not in parts}
    _JSON.encode(others).encode()
    return frozen(others)  # type: ignore[no-any-return]

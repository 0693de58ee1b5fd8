"""What an operation is called in the history: "move fc1 into head"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LABELS: Mapping[str, str] = {
    "insert": "insert {node}",
    "remove": "remove {path}",
    "move": "move {path} into {to}",
    "move_to_shortcut": "make {path} the shortcut of {to}",
    "set_shortcut": "set the shortcut of {path}",
    "replace_body": "repeat {node} in {path}",
    "rename": "rename {path} to {id}",
    "paste": "paste {clip}",
    "wrap": "wrap {paths} in a {kind}",
    "unwrap": "unwrap {path}",
    "make_definition": "make {path} the definition {name}",
    "add_definition": "add the definition {definition}",
    "remove_definition": "remove the definition {name}",
    "rename_definition": "rename the definition {name} to {new}",
    "set_definition_options": "set the options of {name}",
    "rename_definition_option": "rename {option} of {name} to {new}",
    "set_code": "write the code of {name}",
    "set_option": "set {name} of {path} to {value}",
    "unset_option": "reset {name} of {path}",
    "set_field": "set {name} of {path} to {value}",
    "set_kind": "make {path} a {kind}",
    "connect": "wire {path}",
    "set_inputs": "wire {path}",
    "set_outputs": "set the outputs of {path}",
    "set_input_names": "name the inputs of {path}",
    "tie": "tie {others} to {owner}",
    "untie": "untie {parameter}",
    "freeze": "freeze {parameter}",
    "unfreeze": "unfreeze {parameter}",
    "set_rules": "set the initializer rules",
    "add_rule": "add an initializer rule",
    "set_rule": "change initializer rule {place}",
    "move_rule": "move initializer rule {place}",
    "remove_rule": "remove initializer rule {place}",
}
_MODES = {"copy": "copy {path}", "linked": "link another {path}", "shared": "share {path}"}
_PATHS = ("path", "to")
_LIST = 3  # more are counted
_LENGTH = 60


def describe(operation: Mapping[str, Any]) -> str:
    """A short name for an operation, in English; of one that is malformed, the name of the edit."""
    edit = str(operation.get("edit", ""))
    label = _LABELS.get(edit, edit.replace("_", " "))
    if edit == "duplicate":
        label = _MODES.get(str(operation.get("mode")), label)
    elif edit == "set_design":
        label = f"set {_listed([name for name in operation if name != 'edit'])} of the design"
    elif edit == "make_definition" and not operation.get("name"):
        label = "make {path} a definition"
    words = {name: _words(name, value) for name, value in operation.items()}
    if isinstance(operation.get("index"), int):
        words["place"] = str(operation["index"] + 1)
    words["parameter"] = _shown(operation.get("path") or "the design")  # whole: its name alone says little
    try:
        return label.format_map(words)
    except KeyError:
        return edit.replace("_", " ")


def _words(name: str, value: Any) -> str:
    if name in _PATHS:
        return _shown(_last(value))
    if name == "paths" and isinstance(value, list | tuple):
        return _listed([_last(each) for each in value])
    if name == "clip" and isinstance(value, Mapping):
        return _counted(value.get("nodes"))
    if isinstance(value, Mapping):
        what = value.get("of") if value.get("kind") == "Use" else value.get("kind")
        return _shown(what or value.get("name") or value.get("scheme") or "a node")
    if isinstance(value, list | tuple):
        return _listed(value)
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return _shown(value)


def _counted(nodes: Any) -> str:
    """The id of one node, which a person sees in the tree; the number of several."""
    if not isinstance(nodes, list | tuple) or not nodes:
        return "nothing"
    only = nodes[0].get("id") if len(nodes) == 1 and isinstance(nodes[0], Mapping) else None
    return _shown(only) if only else f"{len(nodes)} nodes"


def _last(path: Any) -> str:
    """The end of a path, which people know a node by."""
    return str(path).rpartition(".")[2] or "the design"


def _listed(values: Any) -> str:
    if len(values) > _LIST:
        return f"{len(values)} items"
    return ", ".join(map(_shown, values)) or "nothing"


def _shown(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"

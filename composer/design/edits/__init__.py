"""Edits: pure functions `(Design, …) -> Design`, one file for each idea.

Each keeps the ids and paths of what it does not touch, and rewrites the references (wires, shared modules, ties,
frozen paths, rules) to what it moves. A reference that has lost its target stays as it is, for `check` to name.
"""

from composer.design.edits.connecting import connect
from composer.design.edits.copying import clip_of, copied
from composer.design.edits.cutting import cutting
from composer.design.edits.definitions import (
    add_definition,
    make_definition,
    remove_definition,
    rename_definition,
    rename_definition_option,
    set_code,
    set_definition_options,
)
from composer.design.edits.duplicating import duplicate
from composer.design.edits.labels import describe
from composer.design.edits.operations import EDITS, apply
from composer.design.edits.options import set_field, set_kind, set_option, unset_option
from composer.design.edits.parameters import (
    add_rule,
    freeze,
    move_rule,
    remove_rule,
    set_rule,
    set_rules,
    tie,
    unfreeze,
    untie,
)
from composer.design.edits.pasting import paste
from composer.design.edits.positions import (
    insert,
    move,
    move_to_shortcut,
    remove,
    rename,
    replace_body,
    set_shortcut,
)
from composer.design.edits.unwrapping import unwrap
from composer.design.edits.whole import set_design
from composer.design.edits.wiring import set_input_names, set_inputs, set_outputs
from composer.design.edits.wrapping import wrap

__all__ = [
    "EDITS",
    "add_definition",
    "add_rule",
    "apply",
    "clip_of",
    "connect",
    "copied",
    "cutting",
    "describe",
    "duplicate",
    "freeze",
    "insert",
    "make_definition",
    "move",
    "move_rule",
    "move_to_shortcut",
    "paste",
    "remove",
    "remove_definition",
    "remove_rule",
    "rename",
    "rename_definition",
    "rename_definition_option",
    "replace_body",
    "set_code",
    "set_definition_options",
    "set_design",
    "set_field",
    "set_input_names",
    "set_inputs",
    "set_kind",
    "set_option",
    "set_outputs",
    "set_rule",
    "set_rules",
    "set_shortcut",
    "tie",
    "unfreeze",
    "unset_option",
    "untie",
    "unwrap",
    "wrap",
]

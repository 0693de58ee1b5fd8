"""Definitions: making one of a block, and changing those that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from composer.design.document import Definition, DefinitionOption, Design
from composer.design.edits.ids import fresh_definition_name
from composer.design.edits.references import redirected
from composer.design.edits.refusal import changed, rebuilt, refusal
from composer.design.edits.sizes import free_names, indices, names_around, renamed
from composer.design.edits.trees import block_at, document_ids, locate_child, with_children
from composer.design.names import is_free_name
from composer.design.nodes import BlockBase, Code, Id, Node, Shared, Use, rebuild
from composer.design.paths import Place, definition_of, root_of, with_root


def make_definition(design: Design, path: str, name: str | None = None) -> Design:
    """Make the block at `path` a definition called `name` (None: after its id), and put a use of it there.

    Options and indices from around the block become options of the definition, which the use passes on.

    Raises:
        EditError: where there is no block, the name is taken or cannot name a class, or the block shares a
            module that stands outside of it.
    """
    at = locate_child(design, path)
    block = block_at(design, at)
    name = fresh_definition_name(design, block) if name is None else name
    _check_name(design, name)
    body = _with_own_shares(design, rebuild(block, id="", inputs=()), at)
    passed = sorted(free_names(block) & names_around(design, at))
    definition = Definition(name=name, options=tuple(DefinitionOption(name=each) for each in passed), body=body)
    use = Use(id=block.id, of=name, options={each: f"={each}" for each in passed}, inputs=block.inputs)
    design = changed(design, definitions=(*design.definitions, definition))
    return with_children(design, at.parent, (block.id,), (use,))


def add_definition(design: Design, definition: Definition) -> Design:
    """Add a definition.

    Raises:
        EditError: where its name is taken or cannot name a class.
    """
    _check_name(design, definition.name)
    return changed(design, definitions=(*design.definitions, definition))


def remove_definition(design: Design, name: str) -> Design:
    """Remove a definition. Uses of it stay, and `check` names them.

    Raises:
        EditError: where there is none.
    """
    definition_of(design, name)
    return changed(design, definitions=tuple(each for each in design.definitions if each.name != name))


def rename_definition(design: Design, name: str, new: str) -> Design:
    """Give a definition another name; its uses follow.

    Raises:
        EditError: where there is none, or the new name is taken or cannot name a class.
    """
    definition_of(design, name)
    if new == name:
        return design
    _check_name(design, new)
    design = redirected(design, {Place(name, ()): Place(new, ())})
    definitions = tuple(rebuild(each, name=new) if each.name == name else each for each in design.definitions)
    design = changed(design, definitions=definitions)
    return _with_uses(design, name, lambda use: rebuild(use, of=new))


def set_definition_options(design: Design, name: str, options: tuple[DefinitionOption, ...]) -> Design:
    """Give a definition other options. What its uses say stays as it is.

    Raises:
        EditError: where there is no such definition.
    """
    definition_of(design, name)
    return _with_definition(design, name, options=options)


def set_code(design: Design, name: str, code: str, input_names: tuple[Id, ...] | None = None) -> Design:
    """Give a custom layer another text. `input_names` are the parameters of its `forward`, where they change.

    Raises:
        EditError: where there is no such definition, or it is no custom layer, or the text is too long.
    """
    body = definition_of(design, name).body
    if not isinstance(body, Code):
        raise refusal(f".{name}", "a custom layer", f"a {body.kind}")
    changed_body = rebuilt(body, f".{name}", code=code, input_names=input_names or body.input_names)
    return with_root(design, name, changed_body)


def rename_definition_option(design: Design, name: str, option: str, new: str) -> Design:
    """Give an option of a definition another name, in its expressions and uses too.

    Raises:
        EditError: where there is no such definition or option, or the new name is taken or no plain name.
    """
    definition = definition_of(design, name)
    names = [each.name for each in definition.options]
    if option not in names:
        raise refusal(f".{name}", f"an option of {name} ({', '.join(names) or 'it has none'})", repr(option))
    if new == option:
        return design
    if new in names or not is_free_name(new) or new in indices(definition.body):
        raise refusal(f".{name}", "a plain name that is not taken", repr(new))
    options = tuple(rebuild(each, name=new) if each.name == option else each for each in definition.options)
    design = _with_definition(design, name, options=options, body=renamed(definition.body, {option: new}))
    return _with_uses(design, name, lambda use: _with_option_renamed(use, option, new))


def _check_name(design: Design, name: str) -> None:
    if not is_free_name(name):
        raise refusal(f".{name}", "a definition's name that can name a class", repr(name))
    if design.definition(name):
        raise refusal(f".{name}", "a name that is not taken", repr(name))


def _with_own_shares(design: Design, node: Node, at: Place) -> Any:
    """`node`, which is or stands in the block at a place, with shared modules found from that block's root."""
    if isinstance(node, Shared):
        ids = document_ids(root_of(design, at.definition), node.of.split("."))
        if ids[: len(at.ids)] != at.ids or len(ids) == len(at.ids):
            raise refusal(str(at), "a block that shares no module from outside", f"{node.id!r}, the module {node.of!r}")
        return rebuild(node, of=".".join(node.of.split(".")[len(at.ids) :]))
    if isinstance(node, BlockBase):
        children = tuple(_with_own_shares(design, each, at) for each in node.children)
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            return node.with_children(children)
    return node


def _with_definition(design: Design, name: str, **fields: Any) -> Design:
    definitions = tuple(
        rebuilt(each, f".{name}", **fields) if each.name == name else each for each in design.definitions
    )
    return changed(design, definitions=definitions)


def _with_option_renamed(use: Use, option: str, new: str) -> Use:
    options = {new if name == option else name: value for name, value in use.options.items()}
    return rebuild(use, options=options)


def _with_uses(design: Design, name: str, change: Callable[[Use], Use]) -> Design:
    """`design` with every use of a definition changed."""

    def below(node: Node) -> Any:
        if isinstance(node, Use):
            return change(node) if node.of == name else node
        if isinstance(node, BlockBase):
            children = tuple(map(below, node.children))
            if any(new is not old for new, old in zip(children, node.children, strict=True)):
                return node.with_children(children)
        return node

    definitions = tuple(rebuild(each, body=below(each.body)) for each in design.definitions)
    return changed(design, root=below(design.root), definitions=definitions)

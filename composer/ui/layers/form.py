"""The form of a custom layer: its name, its options and what it declares, as cards that open and close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from composer.codegen.judging import code_problems
from composer.design.check import check
from composer.design.document import Definition, Design
from composer.design.nodes import Node
from composer.errors import Problem
from composer.ui import entering, state
from composer.ui.document import Document
from composer.ui.entries import Button, Entry
from composer.ui.fields import name_of
from composer.ui.forms import entry
from composer.ui.language import _
from composer.ui.layers.custom import code_of, look_at, named
from composer.ui.layers.declared import add_layer, add_tensors, node_fields, remove_node, title
from composer.ui.layers.options import add_option, option_fields, remove_option
from composer.ui.views import component
from composer.views.wording import clean

_OPTION = "..option "  # what the entries of an option are of: no path of a node begins so
_ADDING = "..adding "


def form(document: Document, definition: Definition) -> None:
    """The form, as a component."""
    component("layer", style="inspector")(
        key=state.LAYER,
        data=shown(document, definition),
        on_operations_change=lambda: _receive(document, definition.name),
    )


def shown(document: Document, definition: Definition) -> dict[str, Any]:
    """What the component shows."""
    design, path, adding = document.design, f".{definition.name}", f"{_ADDING}{definition.name}"
    found = (*check(design), *(each for each in code_problems(design) if each.code != "refused-code"))
    problems = [each for each in found if each.path == path or each.path.startswith(f"{path}.")]
    options = [_option_card(definition, number) for number in range(len(definition.options))]
    nodes = [_node_card(design, definition, node, problems) for node in code_of(definition).nodes]
    return {
        "id": document.id,
        "acks": dict(document.acks),
        "path": path,
        "entries": _plain(path, entries(design, path)),
        "problems": [_problem(each) for each in problems if each.path == path],
        "sections": [
            {"title": _("Options"), "cards": options, "add": [add_option(definition).plain()]},
            {
                "title": _("Tensors and layers"),
                "cards": nodes,
                "add": [each.plain() for each in add_tensors(definition)],
                "path": adding,
                "entries": _plain(adding, entries(design, adding)),
            },
        ],
        "words": {"form": _("What the layer has"), "add": _("add …"), "remove": _("Remove {name}")},
    }


def _option_card(definition: Definition, number: int) -> dict[str, Any]:
    option, path = definition.options[number], f"{_OPTION}{number} {definition.name}"
    about = _("required") if option.default is None else f"= {option.default}"
    rows = _plain(path, map(entry, option_fields(definition, number)))
    return _card(path, option.name, about, rows, remove_option(definition, number))


def _node_card(design: Design, definition: Definition, node: Node, problems: list[Problem]) -> dict[str, Any]:
    path = f".{definition.name}.{node.id}"
    rows = _plain(path, map(entry, node_fields(design, definition, node)))
    own = [_problem(each) for each in problems if each.path == path]
    return _card(path, *title(node), rows, remove_node(definition, node), own)


def _card(
    path: str,
    name: str,
    about: str,
    rows: list[dict[str, Any]],
    button: Button,
    problems: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    known = {"path": path, "title": clean(name), "about": clean(about), "entries": rows}
    return {**known, "problems": problems or [], "buttons": [button.plain()]}


def _problem(problem: Problem) -> dict[str, Any]:
    sentence = _("expects {expected}, received {received}")
    text = clean(sentence.format(expected=problem.expected, received=problem.received))
    return {"text": text, "fixes": [Button(clean(fix.label), fix.edits).plain() for fix in problem.fixes]}


def _plain(path: str, rows: Iterator[Entry]) -> list[dict[str, Any]]:
    drafts = state.drafts()
    return [each.plain(drafts.get((path, each.key))) for each in rows]


def entries(design: Design, path: str) -> Iterator[Entry]:
    """The rows of the form that a path stands for; none where what it is of is gone."""
    if path.startswith(_OPTION):
        number, _space, name = path.removeprefix(_OPTION).partition(" ")
        definition = named(design, name)
        if definition and number.isdecimal() and int(number) < len(definition.options):
            yield from map(entry, option_fields(definition, int(number)))
    elif path.startswith(_ADDING):
        definition = named(design, path.removeprefix(_ADDING))
        if definition:
            yield add_layer(design, definition)
    else:
        yield from _of_node(design, path)


def _of_node(design: Design, path: str) -> Iterator[Entry]:
    name, _dot, id = path[1:].partition(".")
    definition = named(design, name) if path.startswith(".") else None
    if definition and not id:
        yield from map(entry, name_of(design, path, definition.body))
    elif definition and id in definition.body.by_id:
        yield from map(entry, node_fields(design, definition, definition.body.by_id[id]))


def _receive(document: Document, name: str) -> None:
    message = state.said(state.LAYER, "operations")
    if isinstance(message, dict):
        look_at(name)  # so that a new name is followed
        receive(document, message)


def receive(document: Document, message: Mapping[str, Any]) -> None:
    """Apply what a page says that is not applied yet: what was entered in a row, or the operations of a button."""
    entering.receive(document, message, lambda path: entries(document.design, path))


__all__ = ["entries", "form", "receive", "shown"]

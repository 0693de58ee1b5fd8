"""The custom layers of a design: which one is looked at, and what is done with a whole one."""

from __future__ import annotations

from composer.design.document import Definition, Design
from composer.design.edits.trees import chain
from composer.design.names import unique
from composer.design.nodes import Code, rebuild
from composer.ui import consent, state
from composer.ui.document import Document
from composer.ui.language import _

_NAME = "CustomLayer"
_CODE = "def forward(self, x):\n    return x\n"


def custom_layers(design: Design) -> tuple[Definition, ...]:
    """The definitions whose body is code."""
    return tuple(each for each in design.definitions if isinstance(each.body, Code))


def code_of(definition: Definition) -> Code:
    """The body of a custom layer."""
    assert isinstance(definition.body, Code)
    return definition.body


def named(design: Design, name: str) -> Definition | None:
    """The custom layer of that name, or None."""
    return next((each for each in custom_layers(design) if each.name == name), None)


def looked_at(design: Design) -> Definition | None:
    """The custom layer that is selected, with anything in it, else the first one; None where there is none."""
    path = state.selected()
    found = named(design, path[1:].partition(".")[0]) if path.startswith(".") else None
    return found or next(iter(custom_layers(design)), None)


def look_at(name: str) -> None:
    """Select a custom layer. It is the selection of the whole app, so Compose shows it, too."""
    state.select(f".{name}")


def add(document: Document, definition: Definition | None = None) -> None:
    """Add a ready layer, or one to begin with, and look at it."""
    made = definition or Definition(name=_NAME, body=Code(code=_CODE))
    name = unique(made.name, {each.name for each in document.design.definitions})
    made = rebuild(made, name=name)
    if state.change(document, [{"edit": "add_definition", "definition": made.model_dump(mode="json")}]).changed:
        consent.allow_definitions([made])
        look_at(name)


def remove(document: Document, name: str) -> None:
    """Remove a layer from the design; undo brings it back."""
    state.change(document, [{"edit": "remove_definition", "name": name}])


def use(document: Document, definition: Definition) -> None:
    """Put an instance at the end of the design. Options with no default begin with 1."""
    design = document.design
    options = {each.name: 1 for each in definition.options if each.default is None}
    node = {"kind": "Use", "of": definition.name, "options": options}
    edit = {"edit": "insert", "path": "", "index": len(chain(design.root)), "node": node}
    if state.change(document, [edit]).changed:
        id = chain(document.design.root)[-1].id
        state.notify(_("{layer} is at the end of the design now, as {id}.").format(layer=definition.name, id=id))

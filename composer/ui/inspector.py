"""What is selected: what it is, what goes in and comes out, what is wrong, and a form for all that can be set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from composer.design.document import Design
from composer.design.nodes import Layer, Node, Op, Use
from composer.design.paths import find
from composer.errors import Problem
from composer.reports import ShapesReport
from composer.ui import entering, state
from composer.ui.actions import actions, outermost
from composer.ui.document import Document
from composer.ui.entries import Button, Entry
from composer.ui.facts import facts
from composer.ui.fields import fields_of, name_of, whole
from composer.ui.forms import entry
from composer.ui.language import _
from composer.ui.ports import another_input, ports
from composer.ui.signature import signature_of
from composer.ui.views import component
from composer.ui.wires import wires
from composer.views.wording import clean

_DOCUMENTATION = "https://docs.pytorch.org/docs/stable/generated/torch.nn.{kind}.html"


def inspector(document: Document, report: ShapesReport) -> None:
    """The node that is selected, or the design itself."""
    component("inspector")(
        key=state.INSPECTOR,
        data=shown(document, state.selection(), report),
        height="stretch",
        on_operations_change=lambda: _receive(document, report),
        on_select_change=lambda: state.select_from(state.INSPECTOR),
    )


def shown(document: Document, paths: Sequence[str], report: ShapesReport) -> dict[str, Any]:
    """What the component shows of the last of `paths`, and offers to do with all of them."""
    design, path = document.design, paths[-1]
    node, drafts = find(design, path), state.drafts()
    count = len(outermost(paths))
    return {
        "id": document.id,
        "path": path,
        "acks": dict(document.acks),
        "head": _head(design, path, node),
        "facts": [
            {"name": each.name, "value": clean(each.value), "note": clean(each.note), "title": each.title}
            for each in facts(document, path, node, report)
        ],
        "way": _way(design, path, node),
        "actions": [each.plain() for each in actions(design, paths)],
        "problems": [_problem(each) for each in report.problems if each.path == path],
        "entries": [each.plain(drafts.get((path, each.key))) for each in entries(design, path, report)],
        "more": [] if path else [another_input(design).plain()],
        "words": {
            "inspector": _("Inspector"),
            "close": _("Close the inspector"),
            "actions": _("Actions") if count < 2 else _("Actions on {count}").format(count=count),
            "documentation": _("Documentation"),
            "add": _("add …"),
            "remove": _("Remove {name}"),
        },
    }


def entries(design: Design, path: str, report: ShapesReport) -> Iterator[Entry]:
    """The rows of the form of the node at `path`."""
    node = find(design, path)
    for field in (*name_of(design, path, node), *signature_of(design, path), *fields_of(design, path, node)):
        yield entry(field)
    yield from wires(design, path, node, report.outputs)
    yield from ports(design, path, node, report.outputs)
    if not path:
        yield from map(entry, whole(design))


def _head(design: Design, path: str, node: Node) -> dict[str, str]:
    kind = node.of if isinstance(node, Use) else node.kind
    if not path:
        kind = _("design")
    elif path.startswith(".") and path.count(".") == 1:
        kind = _("definition")
    return {
        "name": clean(path.rpartition(".")[2] or design.name),
        "kind": clean(kind),
        "place": clean(path.removeprefix(".")) if "." in path.removeprefix(".") else "",
        "about": _help(node) if path else clean(design.description),
        "link": _DOCUMENTATION.format(kind=node.kind) if isinstance(node, Layer) else "",
        "formula": node.spec.formula if isinstance(node, Layer | Op) else "",
    }


def _help(node: Node) -> str:
    return node.spec.help if isinstance(node, Layer | Op) else _about(node.kind)


def _about(kind: str) -> str:
    """What a kind that is not in the catalog is for."""
    return {
        "Sequential": _("Children in order: each is fed by the one before it, unless wired otherwise."),
        "Parallel": _("Every child gets the same input; their outputs are merged."),
        "Residual": _("The input, or what the shortcut makes of it, is added to the output of the children."),
        "Repeat": _("One body, several times in a chain."),
        "Parameter": _("A tensor of learned values, readable as this node's output."),
        "Buffer": _("A tensor that is saved with the model but not learned."),
        "Constant": _("A tensor that is neither learned nor saved."),
        "Shared": _("The very module of an earlier node, used here again: same weights, and gradients add."),
        "Code": _("A custom layer: what it declares, and code that computes with it. The page Layers has its code."),
        "Use": _("An instance of a definition, with weights of its own."),
    }.get(kind, "")


def _way(design: Design, path: str, node: Node) -> list[dict[str, str]]:
    """The ways out of a definition, and into the one that a use is of."""
    ways = []
    if path.startswith("."):
        ways.append({"label": _("Back to the design"), "path": "", "help": ""})
    if isinstance(node, Use) and design.definition(node.of):
        help = _("A change there changes all its uses.")
        ways.append({"label": _("Edit the definition"), "path": f".{node.of}", "help": help})
    return ways


def _problem(problem: Problem) -> dict[str, Any]:
    sentence = _("expects {expected}, received {received}")
    return {
        "text": clean(sentence.format(expected=problem.expected, received=problem.received)),
        "detail": clean(problem.detail),
        "fixes": [Button(clean(fix.label), fix.edits).plain() for fix in problem.fixes],
    }


def _receive(document: Document, report: ShapesReport) -> None:
    message = state.said(state.INSPECTOR, "operations")
    if isinstance(message, dict):
        receive(document, report, message)


def receive(document: Document, report: ShapesReport, message: Mapping[str, Any]) -> None:
    """Apply what a page says that is not applied yet: what was typed in a row, or the operations of a button."""

    def rows(path: str) -> Iterator[Entry]:
        return entries(document.design, path, report) if state.is_there(document, path) else iter(())

    entering.receive(document, message, rows)


__all__ = ["entries", "inspector", "receive", "shown"]

"""What is selected: what it is, what goes in and comes out, and a form for all that can be set."""

from __future__ import annotations

import streamlit as st

from composer.design.nodes import Layer, Node, Op, Use
from composer.design.paths import find
from composer.reports import ShapesReport
from composer.ui import state
from composer.ui.actions import actions
from composer.ui.document import Document
from composer.ui.facts import facts
from composer.ui.fields import fields_of, name_of, whole
from composer.ui.forms import form
from composer.ui.language import _
from composer.ui.messages import escape, show_problems
from composer.ui.ports import ports
from composer.ui.signature import signature_of
from composer.ui.wires import wires

_DOCUMENTATION = "https://docs.pytorch.org/docs/stable/generated/torch.nn.{kind}.html"


def inspector(document: Document, report: ShapesReport) -> None:
    """The node that is selected, or the design itself."""
    path = state.selected()
    node = find(document.design, path)
    _head(document, path, node)
    facts(document, path, node, report)
    actions(document, path, node)
    show_problems(document, [each for each in report.problems if each.path == path], "own")
    form(document, path, name_of(document.design, path, node))
    form(document, path, signature_of(document.design, path))
    form(document, path, fields_of(document.design, path, node))
    wires(document, path, node)
    ports(document, path, node)
    if not path:
        form(document, path, whole(document.design))


def _head(document: Document, path: str, node: Node) -> None:
    name = path.rpartition(".")[2] or document.design.name
    kind = node.of if isinstance(node, Use) else node.kind
    if not path:
        kind = _("design")
    elif path.startswith(".") and path.count(".") == 1:
        kind = _("definition")
    st.subheader(f"{escape(name)} :gray[{escape(kind)}]", anchor=False)
    if "." in path.removeprefix("."):
        st.caption(escape(path.removeprefix(".")))
    text = _help(node) if path else escape(document.design.description)
    if text:
        st.caption(text)
    if isinstance(node, Layer | Op) and node.spec.formula:
        st.markdown(escape(node.spec.formula))


def _help(node: Node) -> str:
    if isinstance(node, Layer):
        link = _DOCUMENTATION.format(kind=node.kind)
        return f"{escape(node.spec.help)} [{_('Documentation')}]({link})"
    return escape(node.spec.help) if isinstance(node, Op) else _about(node.kind)


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
        "Use": _("An instance of a definition, with weights of its own."),
    }.get(kind, "")

"""Where a chain keeps its layers, side by side: `_modules`, a plain list, a ModuleList (exercise 5.1.6, question 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from composer.design.nodes import Op, Sequential, Tensor
from composer.design.paths import walk
from composer.errors import ComposerError
from composer.storage_reports import Storage, StorageReport, StorageRow
from composer.ui import models, state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import show_error
from composer.ui.running import usual
from composer.ui.tables import cell, table

_SECONDS = 30.0
_SAMPLES = 4
_KINDS: tuple[Storage, ...] = ("modules", "list", "module_list")


def storing(document: Document) -> None:
    """Choose a chain of the design, and compare."""
    st.caption(
        _(
            "The same layers with the same values, kept in a module's own registry, in a plain list of Python, and in "
            "a ModuleList: the forward pass is the same, and all else is not. The live model stays as it is."
        )
    )
    paths = _chains(document)
    if not paths:
        st.markdown(_("This design has no chain: a Sequential of layers alone."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="storing"):
        name = document.design.name
        key = f"storing:{document.id}:path"
        st.selectbox(_("Chain"), paths, format_func=lambda path: path or name, key=key, width=260)
        st.button(_("Compare"), key="compare_storage", icon=":material/compare:", on_click=_compare, args=(document,))
    found = document.storage
    if isinstance(found, ComposerError):
        show_error(found, "storage_failure")
    elif found is not None:
        _show(found)


def _chains(document: Document) -> list[str]:
    """The paths of the blocks that are chains of modules alone, as far as the tree says."""
    return [
        path
        for path, node in walk(document.design.root)
        if isinstance(node, Sequential) and node.nodes and not any(isinstance(each, Op | Tensor) for each in node.nodes)
    ]


def _compare(document: Document) -> None:
    path = str(state.widget(f"storing:{document.id}:path"))
    kernel = models.pool().get(document.id)
    asked: dict[str, Any] = {"path": path, "data": usual(document.design), "samples": _SAMPLES, "seed": 0}
    try:
        document.storage = kernel.call("storage", timeout=_SECONDS, text=document.text, **asked)
    except ComposerError as error:
        document.storage = error


def _show(report: StorageReport) -> None:
    head = [_("of {layers} layers").format(layers=report.layers), "_modules", "list", "ModuleList"]
    rows = [report.row(kind) for kind in _KINDS]
    lines = ((cell(label), *(tell(row) for row in rows)) for label, tell in _facts(report))
    st.html(table(_("A chain by where it keeps its layers"), head, lines))
    st.caption(_("A ModuleList called itself: {what}").format(what=report.bare))
    for row, name in zip(rows, head[1:], strict=True):
        with st.expander(_("Code with {name}").format(name=name)):
            st.code(row.code, language="python")


def _facts(report: StorageReport) -> Iterator[tuple[str, Callable[[StorageRow], str]]]:
    layers, tensors = report.layers, report.tensors
    yield _("prints as"), lambda row: cell(row.text.splitlines()[0])
    yield _("same output as the chain"), lambda row: _yes(row.same_output)
    yield _("parameters it knows"), lambda row: cell(f"{row.parameters:,}", "" if row.parameters else "differs")
    yield _("names in its state dict"), lambda row: _of(len(row.keys), None, ", ".join(row.keys))
    yield _("an optimizer"), lambda row: cell(row.optimizer or _("takes them"), "differs" if row.optimizer else "")
    yield _("layers that apply visits"), lambda row: _of(row.applied, layers)
    yield _("layers that eval() reaches"), lambda row: _of(row.in_eval, layers)
    yield _("parameters that double() reaches"), lambda row: _of(row.in_double, tensors)
    yield _("parameters with a gradient after backward"), lambda row: _of(row.with_gradient, tensors)
    yield _("loading its state dict says"), lambda row: cell(row.load)
    yield _("and then computes the same"), lambda row: _yes(row.restored)


def _yes(value: bool) -> str:
    return cell(_("yes")) if value else cell(_("no"), "differs")


def _of(number: int, total: int | None, title: str = "") -> str:
    text = f"{number:,}" if total is None else _("{number:,} of {total:,}").format(number=number, total=total)
    return cell(text, "" if number and number == (total or number) else "differs", title)

"""The live model as something that runs without us: written, read again, run beside it, and only then offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from composer.design.names import class_name
from composer.export_reports import Checked, ExportReport
from composer.ui import state, tasks, views
from composer.ui.document import Document
from composer.ui.files.taking import take
from composer.ui.going_on import outcome
from composer.ui.language import _
from composer.ui.messages import escape
from composer.views.numbers import size

EXPORTING = "exporting"


def _ways() -> dict[str, tuple[str, str, str]]:
    """For each sort of file its ending, what it is called, and what it is for."""
    bundle = _("All of it in one file, to be opened here or on another machine. Opening runs none of its code.")
    package = _("model.py, weights.pt and an example of five lines, which takes torch alone.")
    program = _("Runs without the class: torch.export.load in Python, or compiled by AOTInductor.")
    return {
        "bundle": (".composer", _("Design and weights"), bundle),
        "package": (".zip", _("Python source with weights"), package),
        "program": (".pt2", _("torch.export program"), program),
        "onnx": (".onnx", "ONNX", _("For onnxruntime and other runtimes.")),
    }


def exporting(document: Document) -> None:
    """The sorts of files, and the one that was made last."""
    st.caption(_("Each is written, read again and run beside the live model; it is offered only if outputs agree."))
    ways = _ways()
    for kind, (ending, label, text) in ways.items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"export:{kind}"):
            st.markdown(f"**{label}** ({ending})  \n:gray[{text}]", width="stretch")
            st.button(
                _("Make {ending}").format(ending=ending), icon=":material/output:", key=f"make:{kind}",
                on_click=_make, args=(document, kind, ending),
            )  # fmt: skip
    done = outcome(document, EXPORTING)
    if done:
        kind, path = done.about
        _show(document, ways[kind][0], Path(path), done.result, changed=done.text != document.text)


def _make(document: Document, kind: str, ending: str) -> None:
    path = str(state.documents().workspace.checkpoints.outgoing(ending))
    more: dict[str, Any] = {"kind": kind}
    verb = "export"
    if kind == "bundle":
        verb, more = "bundle", {"thumbnail": views.drawing(document.text, "png")}
    tasks.begin(document, EXPORTING, verb, (kind, path), patience=2, text=document.text, path=path, **more)


def _show(document: Document, ending: str, path: Path, report: ExportReport, changed: bool) -> None:
    name = f"{class_name(document.design.name)}{ending}"
    with st.container(border=True, key="exported"):
        if changed:
            st.caption(f":orange[{_('The design has changed since it was made.')}]")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check: **{escape(name)}** · {size(report.nbytes)}", width="content")
            take(_("Download"), path, name)
        for each in report.checked:
            st.caption(escape(_ran(each)))
        if report.free:
            st.caption(_("Sizes that stay open: {names}.").format(names=escape(", ".join(report.free))))
        for symbol, number in report.fixed:
            text = _("{name} is fixed at {number} in it: the model's code decides by that size.")
            st.caption(f":orange[{escape(text.format(name=symbol, number=number))}]")
        for note in report.notes:
            st.caption(escape(note))


def _ran(each: Checked) -> str:
    shapes = ", ".join("×".join(map(str, shape)) for shape in each.shapes)
    if not each.difference:
        return _("{shapes}: outputs equal to the bit").format(shapes=shapes)
    text = _("{shapes}: outputs differ by at most {difference:.2g}, the largest is {scale:.3g}")
    return text.format(shapes=shapes, difference=each.difference, scale=each.scale)

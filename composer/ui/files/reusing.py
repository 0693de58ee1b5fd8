"""Parts of the design with their weights, in front of a new head: exercise 2 of section 5.5.4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from composer.checkpoint_reports import LoadReport, Pair
from composer.design.document import Design, Input
from composer.design.edits.trees import chain
from composer.design.nodes import Node, Repeat, Sequential
from composer.design.paths import walk
from composer.design.reuse import Reused, first, head_of, reused, shared
from composer.errors import ComposerError
from composer.reports import ShapesReport, TensorType, ValueType
from composer.ui import handler, library, models, state, tasks
from composer.ui.document import Document
from composer.ui.going_on import going_on
from composer.ui.jobs import Job
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.views.wording import shorten

REUSING = "reusing"
_NEW = ""
_PATHS = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: the design that has the parts now, and what of their weights was loaded there."""

    id: str
    name: str
    moved: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    loaded: int
    kept: tuple[str, ...]


def reusing(document: Document, report: ShapesReport) -> None:
    """The form, and what came of it."""
    key = f"files:reuse:{document.id}"
    nodes = chain(document.design.root)
    if not nodes:
        st.caption(_("This design has no layers yet."))
        return
    st.caption(_("Take the first layers, or any block, with their weights, and put a new head behind them."))
    with st.container(horizontal=True, vertical_alignment="bottom", key="reuse_form"):
        what = st.segmented_control(
            _("Take"), ("first", "part"), default="first", required=True, key=f"{key}:what",
            format_func=lambda each: _("the first layers") if each == "first" else _("parts"),
        )  # fmt: skip
        if what == "first":
            count = st.number_input(_("How many"), 1, len(nodes), max(1, len(nodes) - 1), key=f"{key}:count", width=120)
            paths: Sequence[str] = first(document.design, count)
        else:
            paths = st.multiselect(
                _("Parts"), _paths(document.design), key=f"{key}:paths", placeholder=_("paths of blocks or layers")
            )
        copied = _("a copy, in a design of its own")
        how = st.selectbox(
            _("As"), ("copy", "shared") if what == "first" else ("copy",), key=f"{key}:how:{what}", width=250,
            format_func=lambda each: copied if each == "copy" else _("shared, with a second head here"),
            help=_(
                "Copies have values of their own. Shared layers are the same modules, so that training one head moves "
                "both: that takes one model, and so one design."
            ),
        )  # fmt: skip
        target = _target(document, key) if how == "copy" else _NEW
        frozen = how == "copy" and st.checkbox(
            _("Frozen"), key=f"{key}:frozen", help=_("What is taken is not trained.")
        )
        units = st.number_input(
            _("Outputs of the new head"), 0, 100_000, 10, key=f"{key}:units", width=180, help=_("0 for no head.")
        )
        head = _head(report, paths, units)
        asked = (len(paths), head) if how == "shared" else (report, list(paths), target, head, frozen)
        st.button(
            _("Reuse"), icon=":material/content_copy:", type="primary", key="reuse", disabled=not paths,
            on_click=_share if how == "shared" else _copy, args=(document, *asked),
        )  # fmt: skip
    st.caption(
        escape(
            _("{paths}, then {head}").format(
                paths=shorten(", ".join(paths), 120) or _("nothing"),
                head=", ".join(each.kind for each in head) or _("no head"),
            )
        )
    )
    done = going_on(document, REUSING, _("Taking the weights over"))
    if done:
        _show(done.result)


def _paths(design: Design) -> list[str]:
    """Every node that has a place of its own in the tree, each instance of a Repeat too."""
    found: list[str] = []
    for path, node in walk(design.root):
        if path and len(found) < _PATHS:
            found.append(path)
        if isinstance(node, Repeat) and isinstance(node.times, int):
            found += [f"{path}.{k}" for k in range(1, min(node.times, 100))]
    return found


def _target(document: Document, key: str) -> str:
    entries = [entry for entry in library.entries() if entry.id != document.id and not entry.problem]
    names = {_NEW: _("a new design"), **library.labels(entries)}
    return st.selectbox(_("In"), list(names), key=f"{key}:target", format_func=names.__getitem__, width=200)


def _head(report: ShapesReport, paths: Sequence[str], units: int) -> tuple[Node, ...]:
    """A head that takes what comes out of the last part: of more than two dimensions it is flattened first."""
    if not units:
        return ()
    value: ValueType | None = report.outputs.get(paths[-1]) if paths else None
    if not isinstance(value, TensorType) or len(value.dims) < 2:
        return head_of(units, None, flatten=False)
    last = value.dims[-1] if len(value.dims) == 2 else None
    return head_of(units, last if isinstance(last, int) else None, flatten=len(value.dims) > 2)


def _share(document: Document, count: int, head: Sequence[Node]) -> None:
    try:
        result = shared(document.design, count, head)
    except ComposerError as error:
        state.notify(str(error))
        return
    label = _("share {count} layers with a second head").format(count=count)
    if handler.replace(document, result.design, label).changed:
        text = _("The design has a second output, of {head}, behind the same {count} layers. Undo takes it back.")
        state.notify(text.format(head=", ".join(result.head) or _("no head"), count=count))


def _copy(
    document: Document, report: ShapesReport, paths: Sequence[str], target: str, head: Sequence[Node], frozen: bool
) -> None:
    try:
        if target:
            other = state.documents().open(target)
            result = reused(document.design, paths, other.design, head, frozen)
            handler.replace(other, result.design, _("reuse parts of {name}").format(name=document.design.name))
        else:
            result = reused(document.design, paths, _empty(document.design, report, paths), head, frozen)
            other = state.documents().create(result.design)
    except ComposerError as error:
        state.notify(str(error))
        return
    path = str(state.documents().workspace.checkpoints.outgoing(".safetensors"))
    work = partial(_move, document.id, document.text, other.id, other.text, other.design.name, path, result)
    document.tasks[REUSING] = task = tasks.Task(
        document.text, None, Job(work, lambda: models.pool().get(document.id).cancel()), tasks.Heard()
    )
    task.job.wait(2)


def _empty(source: Design, report: ShapesReport, paths: Sequence[str]) -> Design:
    """A design without layers, whose input is what comes into the first of the parts."""
    step = report.steps.get(min(paths, key=lambda path: list(report.steps).index(path) if path in report.steps else 0))
    given = step.inputs[0] if step and step.inputs else None
    inputs = source.inputs
    if chain(source.root)[0].id not in paths and isinstance(given, TensorType):
        inputs = (Input(name="x", shape=tuple(given.dims), dtype=given.dtype),)
    return Design(
        name=_("{name} reused").format(name=source.name[:100]), inputs=inputs, root=Sequential(), seed=source.seed
    )


def _move(id: str, text: str, other: str, other_text: str, name: str, path: str, result: Reused) -> Moved:
    """Take the values of the parts from one live model to the other, by a file that both can read."""
    ask, tell = (models.pool().get(each).call for each in (id, other))
    held = ask("held", text=text)
    pairs = [
        Pair(f"{new}{row.name[len(old) :]}", row.name)
        for old, new in result.moved.items()
        for row in held.rows
        if row.tensor.saved and row.tensor.shape is not None and (row.name == old or row.name.startswith(f"{old}."))
    ]
    if not pairs:
        return Moved(other, name, tuple(result.moved.items()), result.head, 0, ())
    ask("save_state", text=text, path=path, format="safetensors", names=[pair.key for pair in pairs])
    report: LoadReport = tell("load_state", text=other_text, path=path, part="", pairs=pairs)
    return Moved(other, name, tuple(result.moved.items()), result.head, len(report.loaded), report.kept)


def _show(done: Moved) -> None:
    with st.container(border=True, key="reused"):
        text = plural("{number} tensor went along to", "{number} tensors went along to", done.loaded)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check: {text} **{escape(done.name)}**", width="content")
            st.button(
                _("Open it"), icon=":material/open_in_new:", key="open_reused", on_click=state.show, args=(done.id,)
            )
        for old, new in done.moved:
            st.caption(escape(old if old == new else f"{old} → {new}"))
        if done.kept:
            names = escape(shorten(", ".join(done.kept), 200))
            st.caption(_("With values of their own: {names}").format(names=names))

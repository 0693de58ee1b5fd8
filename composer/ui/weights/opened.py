"""One parameter opened: its statistics, its histogram, its values as picture and table, and changes of them."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from composer.errors import ComposerError
from composer.tensor_reports import HeldTensor, Number, Statistics
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.messages import escape
from composer.ui.weights import asking
from composer.ui.weights.asking import Weights
from composer.ui.weights.numbers import show_numbers
from composer.ui.weights.seen import Seen
from composer.views import figures
from composer.views.held import shown_shape

_ROWS, _COLUMNS = 50, 20


def opened(document: Document, row: HeldTensor, weights: Weights, seen: Seen | None) -> None:
    """Draw it. `seen`: what the last look at gradients saw."""
    with st.container(border=True, key="weights_opened"):
        st.markdown(f"##### {escape(row.name)}")
        tensor = row.tensor
        sort = _("parameter") if tensor.parameter else _("buffer") if tensor.saved else _("constant")
        device = f" · {row.device}" if row.device else ""
        st.caption(f"{sort} · {escape(shown_shape(tensor))} · {tensor.dtype}{device}")
        if row.statistics is None:
            st.markdown(_("It has no values yet: its layer takes its sizes from its first input, as in a dry run."))
            return
        show_numbers(row, seen)
        left, right = st.columns(2, gap="medium")
        gradient = seen.gradients.get(row.name) if seen else None
        with left:
            _histograms(document, row.statistics, gradient)
        with right:
            _picture(document, row)
        if tensor.saved:
            _edit(document, row, weights)
        _table(document, row)


def _histograms(document: Document, found: Statistics, gradient: Statistics | None) -> None:
    """Of the values, and of the gradient where there is one."""
    logarithmic = st.toggle(_("Logarithmic counts"), key=f"weights:log:{document.id}")
    _histogram(found, _("magnitude") if found.of else _("value"), logarithmic, "weights_histogram")
    if gradient:
        label = _("magnitude of the gradient") if gradient.of else _("entry of the gradient")
        _histogram(gradient, label, logarithmic, "weights_gradient")


def _histogram(found: Statistics, label: str, logarithmic: bool, key: str) -> None:
    if not found.histogram.counts:
        st.caption(_("There are no finite values."))
        return
    figure = figures.histogram(found.histogram, label, logarithmic)
    st.plotly_chart(figure, key=key, config={"displaylogo": False})


def _picture(document: Document, row: HeldTensor) -> None:
    key = f"weights:first:{document.id}:{row.name}"
    picture = _ask(lambda: asking.picture(document, row.name, max(0, int(state.kept(key, 1)) - 1)))
    if picture is None:
        return
    if picture.total > len(picture.images):
        label = _("Filters from number, of {total:,}").format(total=picture.total)
        st.number_input(label, 1, picture.total, 1, len(picture.images), key=key)
    if picture.cell != (1, 1):
        text = _("A cell is the mean of {down}×{across} values.")
        st.caption(text.format(down=picture.cell[0], across=picture.cell[1]))
    st.plotly_chart(figures.pictures(picture), key="weights_picture", config={"displaylogo": False})


def _edit(document: Document, row: HeldTensor, weights: Weights) -> None:
    """A form that changes values, and the way back."""
    id, name = document.id, row.name
    kinds = {"set": _("Set to"), "add": _("Add")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="weights_edit"):
        st.text_input(_("Where"), key=f"weights:where:{id}:{name}", placeholder="[0, 0]", max_chars=200, width=130,
                      help=_("An index such as [0, 0], [:, 3] or [2:5]; empty: everything."))  # fmt: skip
        st.segmented_control(
            _("Change"),
            list(kinds),
            default="set",
            required=True,
            format_func=lambda kind: kinds[kind],
            key=f"weights:how:{id}",
        )
        st.text_input(_("Number"), "0", key=f"weights:number:{id}", max_chars=60, width=110)
        st.button(_("Apply"), key="weights:apply", icon=":material/edit:", on_click=_apply, args=(document, name))
        known = weights.of(document.text)
        undo, redo = (known.undo, known.redo) if known else ("", "")
        _step("undo", _("Undo: {name}"), _("Undo values"), undo, document)
        _step("redo", _("Redo: {name}"), _("Redo values"), redo, document)
    if row.tensor.owner or any(row.name == group[0] for group in document.design.ties):
        st.caption(_("It is tied: a change is seen at all its names."))


def _step(key: str, text: str, plain: str, name: str, document: Document) -> None:
    act = {"undo": asking.undo, "redo": asking.redo}[key]
    st.button(
        escape(text.format(name=name)) if name else plain, key=f"weights:{key}", type="tertiary",
        icon=f":material/{key}:", disabled=not name, on_click=_say, args=(document, act),
    )  # fmt: skip


def _say(document: Document, act: Any) -> None:
    why = act(document)
    if why:
        state.notify(why)


def _apply(document: Document, name: str) -> None:
    number = number_of(str(state.widget(f"weights:number:{document.id}")))
    if number is None:
        state.notify(_("A number is such as 42, -1e-3, nan, inf or 1+2j."))
        return
    where = str(state.widget(f"weights:where:{document.id}:{name}"))
    how = str(state.widget(f"weights:how:{document.id}"))
    why = asking.change(document, name, where, how, number)
    if why:
        state.notify(why)


def number_of(text: str) -> Number | None:
    """The number that `text` says; None where it says none."""
    plain = text.strip().replace("−", "-")
    for kind in (int, float, complex):
        try:
            number: Number = kind(plain)
        except ValueError:
            continue
        return None if isinstance(number, int) and abs(number) >= 2**64 else number
    return None


def _table(document: Document, row: HeldTensor) -> None:
    """The values, page by page."""
    key = f"{document.id}:{row.name}"
    with st.expander(_("Values as a table"), key=f"weights:values:{key}", on_change="rerun") as part:
        if not part.open:
            return
        where = st.text_input(_("Part"), key=f"weights:part:{key}", placeholder="[0:10, :]", max_chars=200, width=180)
        tops, lefts = (int(state.kept(f"weights:{side}:{key}", 0)) for side in ("top", "left"))
        found = _ask(lambda: asking.window(document, row.name, where, tops, lefts, _ROWS, _COLUMNS))
        if found is None:
            return
        with st.container(horizontal=True):
            if found.height > _ROWS:
                st.number_input(_("From row"), 0, found.height - 1, step=_ROWS, key=f"weights:top:{key}", width=140)
            if found.width > _COLUMNS:
                label = _("From column")
                st.number_input(label, 0, found.width - 1, step=_COLUMNS, key=f"weights:left:{key}", width=140)
        heads = [", ".join(map(str, name)) or "–" for name in found.names]
        columns = {str(at): [_cell(cells[k]) for cells in found.rows] for k, at in enumerate(found.columns)}
        st.dataframe({_("row"): heads, **columns}, hide_index=True, key=f"weights:window:{key}")
        sizes = "×".join(map(str, found.shape)) or _("one value")
        text = _("{sizes}; {rows:,} rows of {columns:,} values")
        st.caption(text.format(sizes=sizes, rows=found.height, columns=found.width))


def _cell(number: Number) -> Number | str:
    """Infinities and complex numbers as text: the table has no other way for them."""
    plain = isinstance(number, int) or (isinstance(number, float) and math.isfinite(number))
    return number if plain else str(number)


def _ask(question: Any) -> Any:
    """The answer; None where there is none, and then the reason is told."""
    try:
        return question()
    except ComposerError as error:
        st.caption(f":orange[{escape(str(error))}]")
        return None

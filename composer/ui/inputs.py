"""Choosing what the model is run on: a data set, or for each input a shape and a dtype typed by hand."""

from __future__ import annotations

import re
from typing import Literal, get_args

import streamlit as st

from composer.catalog.options import DTYPES
from composer.design.document import Input
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _
from composer.ui.live import Given
from composer.ui.messages import escape
from composer.ui.running import usual

Choice = Literal["digits", "random", "typed"]

_MOST = 64  # samples
_DIMS = 8
_BETWEEN = re.compile(r"\s*[,×x*]\s*|\s+")  # one separator between two sizes
_BATCH, _OTHER = 2, 32  # what the field begins with for sizes that have a name


def input_controls(document: Document, page: str = "dry", samples: int = _BATCH) -> None:
    """The widgets. What they hold is read where it is needed, so that no click is behind what was typed.

    `page` keeps the keys of two pages apart; `samples` is what the field of that name begins with.
    """
    names = {"digits": _("Handwritten digits"), "random": _("Random values"), "typed": _("A shape of your own")}
    choice = st.segmented_control(
        _("Run it on"),
        get_args(Choice),
        default=usual(document.design),
        required=True,
        format_func=names.__getitem__,
        key=_key(page, document, "data"),
    )
    if choice != "typed":
        st.number_input(_("Samples"), 1, _MOST, samples, key=_key(page, document, "samples"), width=110)
        return
    for each in document.design.inputs:
        shape = st.text_input(
            _("Shape of {input}").format(input=escape(each.name)),
            value=_first(each),
            key=_key(page, document, "shape", each.name),
            help=_("Sizes from the batch on, such as 2, 20."),
            width=150,
        )
        st.selectbox(
            _("dtype of {input}").format(input=escape(each.name)),
            DTYPES,
            index=DTYPES.index(each.dtype) if each.dtype in DTYPES else 0,
            key=_key(page, document, "dtype", each.name),
            width=130,
        )
        if sizes_of(shape) is None:
            st.caption(f":orange[{_('expects 1 to 8 whole numbers, such as 2, 20')}]")


def chosen(document: Document, page: str = "dry") -> tuple[str, int, Given | None] | None:
    """A data set, how many samples, and the types in place of the declared ones; None where a shape is none."""
    choice = state.widget(_key(page, document, "data"))
    if choice != "typed":
        return choice, state.widget(_key(page, document, "samples")), None
    given = []
    for each in document.design.inputs:
        sizes = sizes_of(state.widget(_key(page, document, "shape", each.name)))
        if sizes is None:
            return None
        given.append((sizes, str(state.widget(_key(page, document, "dtype", each.name)))))
    return "random", sizes[0] if sizes else 1, tuple(given)


def sizes_of(text: str) -> tuple[int, ...] | None:
    """The sizes that a person wrote: `2, 20`, `2×20` or `(2, 20)`; None where they are none."""
    parts = _BETWEEN.split(text.strip().strip("()[]").strip().removesuffix(","))
    if not 0 < len(parts) <= _DIMS or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    sizes = tuple(int(part[:11]) for part in parts)
    return sizes if all(0 < size < 2**31 for size in sizes) else None


def _first(each: Input) -> str:
    sizes = (dim if isinstance(dim, int) else _BATCH if k == 0 else _OTHER for k, dim in enumerate(each.shape))
    return ", ".join(map(str, sizes))


def _key(page: str, document: Document, *names: str) -> str:
    return ":".join((page, document.id, *names))

"""What is done to parameters as edits of the design: ties, and what trains."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.design.paths import find
from composer.errors import EditError
from composer.tensor_reports import HeldTensor
from composer.ui import state
from composer.ui.document import Document
from composer.ui.handler import Operation
from composer.ui.language import _, plural
from composer.views.held import groups, shown_shape, unfreezing
from composer.views.wording import shorten


def actions(
    document: Document, rows: Sequence[HeldTensor], found: Sequence[HeldTensor], picked: Sequence[str], narrowed: bool
) -> list[str]:
    """The names that are chosen, in the table or by hand, and buttons for what can be done to them.

    Where none is chosen they are for all that was `found`, if that is `narrowed`.
    """
    names = [row.name for row in rows]
    state.follow_table(document.id, picked, names)
    with st.container(horizontal=True, vertical_alignment="bottom", key="weights_actions"):
        chosen = st.multiselect(
            _("Chosen"), names, key=state.chosen_key(document.id), placeholder=_("by name, or in the table")
        )
        of = {row.name: row for row in rows}
        meant = [of[name] for name in chosen] or (list(found) if narrowed else [])
        parameters = [row for row in meant if row.tensor.parameter]
        _button(document, "tie", _("Tie"), ":material/link:", *_tie(rows, parameters if chosen else []))
        _button(document, "untie", _("Untie"), ":material/link_off:", *_untie(document, parameters))
        _button(document, "freeze", _("Freeze"), ":material/ac_unit:", *_freeze(parameters))
        _button(
            document,
            "unfreeze",
            _("Unfreeze"),
            ":material/local_fire_department:",
            *_unfreeze(document, rows, parameters),
        )
    return chosen


Offer = tuple[Sequence[Operation], str]
"""What a button does, and what it says of it: with nothing to do, why not."""


def _button(document: Document, key: str, label: str, icon: str, operations: Sequence[Operation], text: str) -> None:
    st.button(
        label, icon=icon, key=f"weights:{key}", disabled=not operations, help=text, on_click=_do,
        args=(document, operations, label),
    )  # fmt: skip


def _do(document: Document, operations: Sequence[Operation], label: str) -> None:
    paths = [str(each.get("path") or each.get("owner")) for each in operations]
    named = paths[0] if len(paths) == 1 else _("{number} paths").format(number=len(paths))
    label = f"{label.lower()} {shorten(named, 60)}"
    state.change(document, operations, label=label)


def _tie(rows: Sequence[HeldTensor], chosen: Sequence[HeldTensor]) -> Offer:
    """The first in the model's order is the owner, and gives its values."""
    if len(chosen) < 2:
        return (), _("Choose two or more parameters: they become one, with the values of the first.")
    order = {row.name: place for place, row in enumerate(rows)}
    owner, *others = sorted(chosen, key=lambda row: order[row.name])
    for each in others:
        if None in (owner.tensor.shape, each.tensor.shape):
            return (), _("One of them has no shape yet: a dry run gives it one.")
        if (each.tensor.shape, each.tensor.dtype) != (owner.tensor.shape, owner.tensor.dtype):
            text = _("They cannot be one: {a} is {a_shape}, {b} is {b_shape}.")
            return (), text.format(a=owner.name, b=each.name, a_shape=_said(owner), b_shape=_said(each))
    if len({row.tensor.owner or row.name for row in chosen}) == 1:
        return (), _("They are one already.")
    operation = {"edit": "tie", "owner": owner.name, "others": [each.name for each in others]}
    return (operation,), _("They become one parameter, with the values of {name}.").format(name=owner.name)


def _said(row: HeldTensor) -> str:
    return f"{shown_shape(row.tensor)} {row.tensor.dtype}"


def _untie(document: Document, chosen: Sequence[HeldTensor]) -> Offer:
    tied = {name for group in document.design.ties for name in group}
    ours = [row.name for row in chosen if row.name in tied]
    if not ours:
        if any(_shares(document, row) for row in chosen):
            return (), _("It is of a shared module, which the design says: duplicate that in Compose instead.")
        return (), _("Choose a tied parameter: it becomes one of its own, with the values it has.")
    left = [set(group) for group in document.design.ties]
    operations: list[Operation] = []
    for name in ours:
        group = next((each for each in left if name in each), set())
        if len(group) > 1:
            operations.append({"edit": "untie", "path": name})
            group.discard(name)
    return operations, _("It becomes a parameter of its own, with the values it has.")


def _shares(document: Document, row: HeldTensor) -> bool:
    path = row.name.rpartition(".")[0]
    try:
        return bool(row.tensor.owner) or find(document.design, path).kind == "Shared"
    except EditError:
        return bool(row.tensor.owner)


def _freeze(chosen: Sequence[HeldTensor]) -> Offer:
    names = [row.name for row in chosen if row.tensor.trainable and not row.tensor.owner]
    if not names:
        return (), _("Choose or find parameters that train.")
    text = plural("{number} parameter gets no gradient.", "{number} parameters get no gradient.", len(names))
    return [{"edit": "freeze", "path": name} for name in names], text


def _unfreeze(document: Document, rows: Sequence[HeldTensor], chosen: Sequence[HeldTensor]) -> Offer:
    names = [row.name for row in chosen if not row.tensor.trainable]
    same = groups(rows)
    operations = unfreezing(document.design.frozen, rows, names)
    if not operations:
        return (), _("Choose or find parameters that are frozen.")
    free = {same.get(name, (name,))[0] for name in names}
    text = plural("{number} parameter trains again.", "{number} parameters train again.", len(free))
    return operations, text

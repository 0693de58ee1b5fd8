"""Rules that give the keys of a file the names of the model: suggested with their evidence, or written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import get_args

import streamlit as st

from composer.checkpoint_reports import Part
from composer.matching.match import match
from composer.matching.rename import Kind, Rename, problem, rename
from composer.matching.suggest import Suggestion, suggest
from composer.reports import TensorReport
from composer.ui import state
from composer.ui.document import Document
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.views.wording import shorten

_SHOWN = 8  # rules at once
_TEXT = 50


def renames_of(document: Document, name: str) -> tuple[Rename, ...]:
    """The rules for a file."""
    found: tuple[Rename, ...] = state.kept(_key(document, name), ())
    return found


def renaming(document: Document, name: str, part: Part, model: Sequence[TensorReport]) -> tuple[Rename, ...]:
    """The rules as rows, what is suggested, and a row for another one."""
    rules = renames_of(document, name)
    complete = match(model, part, rules).complete
    if not rules and complete:
        return rules
    title = _("Names") if not rules else plural("{number} rule for names", "{number} rules for names", len(rules))
    suggested = [] if complete else [each for each in _suggested_for(part, tuple(model)) if each.renames != rules]
    with st.expander(
        title, expanded=bool(rules or suggested), icon=":material/swap_horiz:", key=f"files:names:{document.id}"
    ):
        _rules(document, name, part, rules)
        _suggestions(document, name, suggested)
        _another(document, name)
    return rules


def _key(document: Document, name: str) -> str:
    return f"files:renames:{document.id}:{name}"


def _set(document: Document, name: str, rules: Sequence[Rename]) -> None:
    state.remember(_key(document, name), tuple(rules))


def _rules(document: Document, name: str, part: Part, rules: Sequence[Rename]) -> None:
    wrong = rename((each.name for each in part.tensors), rules).problems
    for number, rule in enumerate(rules[:_SHOWN]):
        with st.container(horizontal=True, vertical_alignment="center", key=f"rename:{number}"):
            st.markdown(_sentence(rule), width="stretch")
            if number in wrong:
                st.markdown(f":red[{escape(wrong[number])}]", width="content")
            st.button(
                _("Remove rule {number}").format(number=number + 1), icon=":material/close:", type="tertiary",
                key=f"unrename:{number}", on_click=_set,
                args=(document, name, [*rules[:number], *rules[number + 1 :]]),
            )  # fmt: skip
    if len(rules) > _SHOWN:
        st.caption(_("and {number:,} more").format(number=len(rules) - _SHOWN))
    if len(rules) > 1:
        st.button(_("Remove all rules"), key="unrename_all", type="tertiary", on_click=_set, args=(document, name, ()))


def _sentence(rule: Rename) -> str:
    old, new = (f"`{shorten(text, _TEXT)}`" if text else _("nothing") for text in (rule.old, rule.new))
    words = {
        "prefix": _prefix(rule),
        "regex": _("where {old} is found, {new}"),
        "pair": _("{old} is {new}"),
    }
    text = words[rule.kind].format(old=old, new=new)
    return f"{text}, {_('transposed')}" if rule.transpose else text


@lru_cache(maxsize=32)
def _suggested_for(part: Part, model: tuple[TensorReport, ...]) -> tuple[Suggestion, ...]:
    return suggest(model, part)


def _prefix(rule: Rename) -> str:
    if not rule.new:
        return _("{old} at the beginning is taken away")
    return _("{old} at the beginning becomes {new}") if rule.old else _("{new} is put before every name")


def _suggestions(document: Document, name: str, found: Sequence[Suggestion]) -> None:
    """Each with its evidence; one that is used takes the place of all rules."""
    for number, each in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center", key=f"suggested:{number}"):
            shown = "; ".join(_sentence(rule) for rule in each.renames[:3]) + (" …" if len(each.renames) > 3 else "")
            st.markdown(f":material/lightbulb: {shown}  \n:gray[{escape(each.evidence)}]", width="stretch")
            st.button(
                _("Use it"), key=f"use_suggestion:{number}", on_click=_set,
                args=(document, name, each.renames),
            )  # fmt: skip


def _another(document: Document, name: str) -> None:
    key = f"files:rule:{document.id}"
    words = {"prefix": _("prefix"), "regex": _("pattern (regex)"), "pair": _("one key")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="another_rule"):
        kind = st.selectbox(_("Rule for"), get_args(Kind), key=f"{key}:kind", format_func=words.__getitem__, width=150)
        old = st.text_input(
            _("in the file"), key=f"{key}:old", max_chars=300, placeholder=r"h\.(\d+)\." if kind == "regex" else ""
        )
        new = st.text_input(
            _("in the model"), key=f"{key}:new", max_chars=300, placeholder=r"blocks.\1." if kind == "regex" else ""
        )
        transpose = st.checkbox(
            _("Transposed"), key=f"{key}:transpose", help=_("Rows and columns of its weights change places.")
        )
        st.button(
            _("Add rule"),
            icon=":material/add:",
            key="add_rename",
            on_click=_add,
            args=(document, name, kind, old, new, transpose),
        )


def _add(document: Document, name: str, kind: Kind, old: str, new: str, transpose: bool) -> None:
    rule = Rename(kind, old, new, transpose)
    wrong = problem(rule)
    if wrong:
        state.notify(wrong)
        return
    if rule in renames_of(document, name):
        state.notify(_("That rule is there already."))
        return
    _set(document, name, [*renames_of(document, name), rule])

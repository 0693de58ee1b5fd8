"""Problems and notices, as a person meets them: where, what was expected, what came, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.errors import ComposerError, Fix, Problem
from composer.ui import handler, models, state
from composer.ui.document import Document
from composer.ui.language import _
from composer.views.wording import clean
from composer.workspace import StaleSave

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]()#+-.!|<>$~:&"})
_SHOWN = 50  # problems at once


def escape(text: str) -> str:
    """`text` of a document, for a place that reads Markdown."""
    return clean(text).translate(_MARKS)


def show_notices() -> None:
    """What happened at the last click, if anybody has to know."""
    for text in state.take_notices():
        st.toast(escape(text), icon=":material/info:", duration="long")


def show_trouble(document: Document) -> None:
    """Why changes are not in the design's file, with what can be done about it."""
    trouble = document.trouble
    if trouble is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="trouble"):
        st.markdown(f":material/sync_problem: {escape(str(trouble))}", width="stretch")
        if not isinstance(trouble, StaleSave):
            st.button(_("Try again"), on_click=document.save)
            return
        st.button(
            _("Load the file's"),
            help=_("Your version stays in the history: undo brings it back."),
            on_click=_reload,
            args=(document,),
            disabled=not trouble.found,
        )
        st.button(_("Overwrite the file"), on_click=document.resolve, args=("overwrite",))
        st.button(_("Save mine as a copy"), on_click=_save_copy, args=(document,))


def _reload(document: Document) -> None:
    document.resolve("reload")
    if document.trouble:
        state.notify(_("The file holds no design that can be read, so yours stays."))


def _save_copy(document: Document) -> None:
    copy = state.documents().create(document.design)
    if isinstance(document.trouble, StaleSave) and document.trouble.found:
        document.resolve("reload")
    state.show(copy.id)


def show_problems(document: Document, problems: Sequence[Problem], where: str) -> None:
    """Every problem with its fixes. `where` on the page keeps the keys of buttons apart."""
    for number, problem in enumerate(problems[:_SHOWN]):
        key = f"problem:{where}:{number}"
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
            _sentence(document, problem, key)
            for place, fix in enumerate(problem.fixes):
                st.button(escape(fix.label), key=f"{key}:fix:{place}", on_click=_mend, args=(document, fix))
    if len(problems) > _SHOWN:
        st.caption(_("and {number:,} more").format(number=len(problems) - _SHOWN))


def show_repair(document: Document, problems: Sequence[Problem]) -> None:
    """A button for all fixes that involve no choice, where there are some: one step of the history."""
    if any(fix.certain for each in problems for fix in each.fixes):
        st.button(
            _("Fix all that are certain"),
            icon=":material/build:",
            key="repair",
            help=_("Applies each fix that leaves no choice. One undo takes all of them back."),
            on_click=_repair,
            args=(document,),
        )


def _sentence(document: Document, problem: Problem, key: str) -> None:
    """What is wrong and where; the place, unless it is what is looked at, can be clicked."""
    if problem.path != state.selected() or not problem.path:
        st.button(
            escape(problem.path or document.design.name),
            type="tertiary",
            icon=":material/warning:" if problem.notice else ":material/error:",
            key=f"{key}:place",
            help=_("Show it in the tree and the graph"),
            on_click=state.select,
            args=(problem.path,),
        )
    else:
        mark = ":orange[:material/warning:]" if problem.notice else ":red[:material/error:]"
        st.markdown(f"{mark} **{escape(problem.path)}**", width="content")
    sentence = _("expects {expected}, received {received}")
    sentence = sentence.format(expected=escape(problem.expected), received=escape(problem.received))
    st.markdown(sentence, width="content", help=escape(problem.detail) or None)


def _repair(document: Document) -> None:
    try:
        if not handler.repair(document).changed:
            state.notify(_("No fix was found to be right without a choice."))
    except ComposerError as error:
        state.notify(str(error))


def _mend(document: Document, fix: Fix) -> None:
    state.change(document, fix.edits)


def show_failure(text: str) -> None:
    """A kernel that gave no answer: say why, and offer to ask again."""
    with st.container(border=True, key="failure"):
        st.markdown(f":material/report: {escape(text)}")
        st.button(_("Start again"), on_click=models.retry, icon=":material/restart_alt:")


def show_error(error: Exception, key: str, note: str = "") -> None:
    """What kept something from being done, and a word on what that means."""
    with st.container(border=True, key=key):
        st.markdown(f":material/report: {escape(str(error))}".replace("\n", "  \n"))
        if note:
            st.caption(note)


__all__ = ["escape", "show_error", "show_failure", "show_notices", "show_problems", "show_repair", "show_trouble"]

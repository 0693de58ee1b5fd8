"""What the app knows between two runs of a page. This is the one place that knows the session's keys.

Designs, their histories and live models outlive a session: a refresh or a second tab finds them again by the id in
the page's URL. The session itself holds only what one tab looks at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from composer.design.paths import find
from composer.errors import ComposerError, EditError
from composer.ui import handler
from composer.ui.document import Document
from composer.ui.documents import Documents
from composer.ui.handler import Operation, Outcome
from composer.ui.language import _
from composer.views.graph import Opened
from composer.workspace import Trashed, Workspace

WORKSPACE = "BLOCK_COMPOSER_WORKSPACE"
"""The environment's variable that names the workspace's folder."""

EDITOR = "editor"
GRAPH = "graph"
CODE = "code"
INSPECTOR = "inspector"
RULES = "rules"
LAYER = "layer"
WRITING = "writing"
UPLOAD = "upload_file"
DESIGNS = "designs"
FOLLOW = "follow"
_PARAMETER = "design"
_OPEN = "open_design"
_SELECTED = "selected_path"
_SELECTION = "selected_paths"
_DRAFTS = "drafts"
_CLIP = "clip"
_DELETED = "deleted"
_TAB = "tab"
_NOTED = "noted"  # the design that was put first in the list of recent ones
_NOTICE = "notice"
_EXPANDED = "graph_expanded"
_COLLAPSED = "graph_collapsed"
_DEPTH = "graph_depth"
_USES = "graph_uses"
_PAGE = "page"
_IN_URL = "in_url"  # the design that the URL was seen to name: a click may be faster than the URL


@dataclass(frozen=True, slots=True)
class Deleted:
    """The design that this tab deleted last. `was_open`: it was looked at."""

    name: str
    trashed: Trashed
    was_open: bool


def documents() -> Documents:
    """The designs of the workspace."""
    return _documents(os.environ.get(WORKSPACE, ""))


@st.cache_resource(show_spinner=False)
def _documents(root: str) -> Documents:
    return Documents(Workspace(Path(root) if root else None))


def begin(page: str) -> None:
    """Bring the URL and the session into step, before `page` is drawn.

    Links of the navigation drop the URL's parameters: on another page they are put back. On the same page their
    absence means that the person went back in the browser to where no design was open.
    """
    asked, id = st.query_params.get(_PARAMETER, ""), st.session_state.get(_OPEN, "")
    if asked:
        if asked != id:
            _look_at(asked)
        st.session_state[_IN_URL] = asked
    elif id and st.session_state.get(_IN_URL) == id and st.session_state.get(_PAGE) == page:
        _look_at("")
    elif id:
        st.query_params[_PARAMETER] = id
    st.session_state[_PAGE] = page


def document() -> Document | None:
    """The design that is open in this tab, as it is now; None where none is, or it cannot be opened."""
    id = st.session_state.get(_OPEN)
    if not id:
        return None
    try:
        found = documents().open(id)
    except ComposerError as error:
        close()
        notify(str(error))
        return None
    if st.session_state.get(_NOTED) != id:
        st.session_state[_NOTED] = id
        documents().note(id)
    if found.follow():
        notify(_("Another program changed the design's file, and this is what it holds now. Undo brings yours back."))
    return found


def tab_name(make: Callable[[], str]) -> str:
    """The secret name of this tab, made where it has none."""
    if _TAB not in st.session_state:
        st.session_state[_TAB] = make()
    return str(st.session_state[_TAB])


def open_id() -> str:
    """The id of the design that is open in this tab; "" where none is."""
    return str(st.session_state.get(_OPEN, ""))


def show(id: str) -> None:
    """Look at a design in this tab."""
    st.query_params[_PARAMETER] = id
    _look_at(id)


def close() -> None:
    """Look at no document."""
    st.query_params.pop(_PARAMETER, None)
    _look_at("")


def _look_at(id: str) -> None:
    st.session_state[_OPEN] = id
    st.session_state[DESIGNS] = False  # the menu has done its work; open, it would come back with fields of the old
    st.session_state[_SELECTED] = ""
    st.session_state[_DRAFTS] = {}
    _open_levels(None, uses=False)


def _open_levels(depth: int | None, uses: bool) -> None:
    """Open blocks of the graph by level alone: what was opened and closed one by one is forgotten."""
    st.session_state[_DEPTH], st.session_state[_USES] = depth, uses
    st.session_state[_EXPANDED] = st.session_state[_COLLAPSED] = frozenset()


def selected() -> str:
    """The path that is selected; "" is the design itself."""
    return str(st.session_state.get(_SELECTED, ""))


def selection() -> list[str]:
    """All paths that are selected; the last one is the one that is looked at."""
    paths = [str(path) for path in st.session_state.get(_SELECTION, ())]
    return paths if paths and paths[-1] == selected() else [selected()]


def select(path: str) -> None:
    """Select a path."""
    st.session_state[_SELECTED] = path
    st.session_state[_SELECTION] = [path]


def select_all(paths: Sequence[str]) -> None:
    """Select several paths; the last one is the one that is looked at."""
    select(paths[-1])
    st.session_state[_SELECTION] = list(paths)


def answer(clip: Mapping[str, str]) -> None:
    """Keep what was copied for the next run of the page."""
    st.session_state[_CLIP] = clip


def take_answer() -> Mapping[str, str] | None:
    """What was copied since the last run, once."""
    clip: Mapping[str, str] | None = st.session_state.pop(_CLIP, None)
    return clip


def said(component: str, name: str) -> Any:
    """What a component said last, in its callback."""
    return st.session_state[component].get(name)


def select_from_editor() -> None:
    """Select what was chosen in the editor, in its callback."""
    paths = said(EDITOR, "select")
    if isinstance(paths, list) and all(isinstance(path, str) for path in paths):
        select(paths[-1] if paths else "")
        st.session_state[_SELECTION] = paths


def select_from(component: str) -> None:
    """Select what was clicked in a component, in its callback."""
    path = st.session_state[component].get("select")
    if isinstance(path, str):
        select(path)


def opened() -> Opened:
    """Which blocks of the graph this tab has open or closed."""
    none: frozenset[str] = frozenset()
    return Opened(
        depth=st.session_state.get(_DEPTH),
        uses=st.session_state.get(_USES, False),
        expanded=st.session_state.get(_EXPANDED, none),
        collapsed=st.session_state.get(_COLLAPSED, none),
        runs=True,
    )


def toggle_from_graph() -> None:
    """Open or close a block of the graph, in the component's callback."""
    asked = said(GRAPH, "toggle")
    if not isinstance(asked, dict) or not isinstance(asked.get("path"), str):
        return
    path, one = asked["path"], {asked["path"]}
    expanded, collapsed = frozenset(opened().expanded), frozenset(opened().collapsed)
    inside = {each for each in expanded if each.startswith(f"{path}.")}  # for the runs of a block, too
    to_open = bool(asked.get("open"))
    st.session_state[_EXPANDED] = expanded | one if to_open else expanded - one - inside
    st.session_state[_COLLAPSED] = collapsed - one if to_open else collapsed | one


def deepen_from_graph() -> None:
    """Open as many levels of blocks as were asked for, in the component's callback; None: as many as fit."""
    asked = said(GRAPH, "depth")
    if not isinstance(asked, dict):
        return
    depth = asked.get("depth")
    if depth is None or (isinstance(depth, int) and not isinstance(depth, bool) and depth >= 0):
        _open_levels(depth, uses=asked.get("uses") is True)


def keep_selection(document: Document) -> str:
    """The path that is selected, or the nearest one above it that is still there; others that are gone are let go."""
    there = [path for path in selection() if is_there(document, path)]
    path = selected()
    if path in there:
        st.session_state[_SELECTION] = there
        return path
    while path and not is_there(document, path):
        path = path.rpartition(".")[0]
    select(path)
    return path


def is_there(document: Document, path: str) -> bool:
    """Whether the design has a node at `path`."""
    try:
        find(document.design, path)
    except EditError:
        return False
    return True


def change(
    document: Document, operations: Sequence[Operation], quiet: bool = False, label: str = "", join: bool = False
) -> Outcome:
    """Apply operations; unless `quiet`, what speaks against them is said. The selection follows a new name."""
    outcome = handler.apply(document, operations, label, join)
    for problem in () if quiet else outcome.refused:
        notify(str(problem))
    for operation in operations if outcome.changed else ():
        if operation["edit"] == "rename" and operation["path"] == selected():
            head, dot, _old = selected().rpartition(".")
            select(f"{head}{dot}{operation['id']}")
        elif operation["edit"] == "rename_definition" and selected() == f".{operation['name']}":
            select(f".{operation['new']}")
    return outcome


def note_deleted(deleted: Deleted | None) -> None:
    """Keep what was deleted last, or nothing, for a way back."""
    st.session_state[_DELETED] = deleted


def deleted() -> Deleted | None:
    """What this tab deleted last, and can bring back."""
    found: Deleted | None = st.session_state.get(_DELETED)
    return found


def drafts() -> dict[tuple[str, str], tuple[str, str]]:
    """Texts in fields that are no values: (path, name) → the text and what is wrong with it."""
    found: dict[tuple[str, str], tuple[str, str]] = st.session_state.setdefault(_DRAFTS, {})
    return found


def notify(text: str) -> None:
    """Say something at the next run of the page."""
    st.session_state.setdefault(_NOTICE, []).append(text)


def take_notices() -> list[str]:
    """What is to be said, once."""
    notices: list[str] = st.session_state.pop(_NOTICE, [])
    return notices


def widget(key: str) -> Any:
    """The value of a widget, in its callback."""
    return st.session_state[key]


def chosen_key(id: str) -> str:
    """The key of the widget with the parameters that are chosen in the design `id`."""
    return f"weights:chosen:{id}"


def table_key(id: str, names: tuple[str, ...]) -> str:
    """The key of a table of these parameters: another one has another, so that no choice is of other rows."""
    return f"weights:table:{id}:{hash(names)}"


def follow_table(id: str, picked: Sequence[str], names: Sequence[str]) -> None:
    """Choose what was picked in the table since the last run; what is there no more is let go."""
    key, last = chosen_key(id), f"{chosen_key(id)}:picked"
    if st.session_state.get(last, []) != list(picked):
        st.session_state[last] = list(picked)
        st.session_state[key] = list(picked)
    elif key in st.session_state:
        st.session_state[key] = [name for name in st.session_state[key] if name in names]


def kept(key: str, default: Any) -> Any:
    """The value of a widget at the last run; `default` where it was not drawn yet."""
    return st.session_state.get(key, default)


def first(key: str, value: Any) -> Any:
    """The value that came first under this key in this tab, so that what it decides does not change."""
    return st.session_state.setdefault(key, value)


def remember(key: str, value: Any) -> None:
    """Keep what a widget says under a key of its own: the widget's goes when another takes its place."""
    st.session_state[key] = value


__all__ = [
    "CODE", "DESIGNS", "EDITOR", "FOLLOW", "GRAPH", "INSPECTOR", "LAYER", "RULES", "UPLOAD", "WORKSPACE", "WRITING",
    "Deleted", "Document",
    "answer", "begin", "change", "chosen_key", "close", "deepen_from_graph", "deleted", "document", "documents",
    "drafts", "first", "follow_table", "is_there", "keep_selection", "kept", "note_deleted", "notify", "open_id",
    "opened", "remember", "said", "select", "select_all", "select_from", "select_from_editor", "selected",
    "selection", "show", "tab_name", "table_key", "take_answer", "take_notices", "toggle_from_graph", "widget",
]  # fmt: skip

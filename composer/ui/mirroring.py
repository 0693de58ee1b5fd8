"""Whether the workspace is at the address that it was opened from, too, and what to do where it is not."""

from __future__ import annotations

import streamlit as st

from composer.errors import ComposerError
from composer.ui.language import _, plural
from composer.ui.messages import escape
from composer.workspace.remote import Conflict, Mirror, Status, current

_EVERY = 2.0  # seconds between two looks


def indicator() -> bool:
    """Draw how it stands with the remote workspace, and keep that up to date. Nothing, and False, for a local one."""
    mirror = current()
    if mirror is None:
        return False
    st.fragment(_draw, run_every=_EVERY)(mirror)
    return True


def alone() -> None:
    """The same where no design is open: a header with nothing else."""
    if current() is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="header"):
            indicator()


def _draw(mirror: Mirror) -> None:
    try:
        status = mirror.status
    except ComposerError as error:
        status = Status(mirror.address, 0, str(error), ())
    with st.popover(_label(status), type="tertiary", key="mirror"):
        st.markdown(_sentence(status))
        if status.error:
            st.markdown(escape(status.error))
            st.button(_("Try again now"), icon=":material/sync:", key="mirror:retry", on_click=mirror.retry)
        for conflict in status.conflicts:
            st.markdown(_two(conflict, status.address))
        if status.conflicts:
            st.button(_("Got it"), key="mirror:seen", on_click=mirror.seen, args=(status.conflicts,))


def _label(status: Status) -> str:
    if status.conflicts:
        return f":orange[:material/call_split: {_('two versions kept')}]"
    if status.error:
        text = _("saved only here") if status.waiting else _("not reached")
        return f":orange[:material/cloud_off: {text}]"
    if status.waiting:
        return f":gray[:material/cloud_upload: {_('saved here')}]"
    return f":gray[:material/cloud_done: {_('saved')}]"


def _sentence(status: Status) -> str:
    files = plural("{number} file", "{number} files", status.waiting)
    if status.error and status.waiting:
        text = _("Saved here, and not yet at {address}: {files}. It is tried again and again, also at the next start.")
    elif status.error:
        text = _("All that was saved here is at {address} too. What is new there is not known now.")
    elif status.waiting:
        text = _("Saved here, and on the way to {address}: {files}.")
    else:
        text = _("All is saved here and at {address}.")
    return text.format(files=files, address=escape(status.address))


def _two(conflict: Conflict, address: str) -> str:
    text = _("{name} was changed here and at {address}. That from there is kept as {beside}.")
    names = {"name": conflict.name, "address": address, "beside": conflict.beside}
    return text.format(**{key: escape(value) for key, value in names.items()})

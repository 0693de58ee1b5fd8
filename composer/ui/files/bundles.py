"""Opening a bundle: a design and its weights, as a new design whose live model has them. None of its code is run."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from composer.design.text import loads
from composer.errors import ComposerError
from composer.export_reports import BundleReport, Checked
from composer.ui import consent, models, state
from composer.ui.document import Bundle, Document
from composer.ui.language import _
from composer.ui.messages import escape

ENDING = ".composer"
_SECONDS = 600.0
_ASKED = "files:open_bundle"
_EQUAL = 1e-5  # relative to the largest output: another machine may add in another order


def open_bundle(name: str) -> None:
    """Have the bundle of the workspace that is called `name` opened in this run of the page, by `opening`."""
    state.remember(_ASKED, name)


def opening() -> None:
    """Open the bundle that was asked for: its design is shown at once, its weights are loaded on its page."""
    name = str(state.kept(_ASKED, ""))
    if not name:
        return
    state.remember(_ASKED, "")
    try:
        with st.spinner(_("Opening {name}: every byte is checked").format(name=escape(name)), show_time=True):
            _open(name)
    except ComposerError as error:
        state.notify(str(error))
    st.rerun()


def _open(name: str) -> None:
    workspace = state.documents().workspace
    path, weights = workspace.checkpoints.path(name), workspace.checkpoints.outgoing(".safetensors")
    report: BundleReport = models.files().get(name).call(
        "unbundle", timeout=_SECONDS, path=str(path), weights=str(weights)
    )  # fmt: skip
    document = state.documents().create(loads(report.text))
    document.bundle = Bundle(path, weights, _made_by(report))
    state.show(document.id)


def restoring(document: Document) -> None:
    """Load the weights of the bundle that a design came from, once, as soon as its code may run."""
    bundle = document.bundle
    if bundle is None or not consent.allowed(document.design):
        return
    document.bundle = None
    try:
        with st.spinner(_("Loading the weights"), show_time=True):
            kernel = models.pool().get(document.id)
            found: Checked | None = kernel.call(
                "restore", timeout=_SECONDS, text=document.text, path=str(bundle.path), weights=str(bundle.weights)
            )
        state.notify(f"{bundle.made_by} {_said(found)}")
    except ComposerError as error:
        state.notify(_("The design is open, without its weights: {why}").format(why=error))
    finally:
        Path(bundle.weights).unlink(missing_ok=True)  # the live model has them now, and the bundle keeps them
    st.rerun()


def _made_by(report: BundleReport) -> str:
    text = _("Saved by Block Composer {version} with torch {torch}.")
    return text.format(version=report.composer, torch=report.torch)


def _said(found: Checked | None) -> str:
    if found is None:
        return _("No run is in it to compare with.")
    if not found.difference:
        return _("It gives the outputs that it gave there, to the bit.")
    text = _("It gives the outputs that it gave there, up to {difference:.2g} where the largest is {scale:.3g}.")
    if found.difference > _EQUAL * max(found.scale, 1.0):
        text = _(
            "Its outputs differ from those that it gave there by up to {difference:.2g}; the largest is {scale:.3g}."
        )
    return text.format(difference=found.difference, scale=found.scale)

"""Opening a bundle: a design and its weights, as a new design whose live model has them. None of its code is run."""

from __future__ import annotations

from pathlib import Path

from composer.design.text import loads
from composer.errors import ComposerError
from composer.export_reports import BundleReport, Checked
from composer.ui import consent, models, state
from composer.ui.language import _

ENDING = ".composer"
_SECONDS = 120.0
_PROCESS = "bundles"


def open_bundle(name: str) -> None:
    """Open the bundle of the workspace that is called `name`: its design at once, and its weights with it.

    Where the design has code of custom layers, which building the model would run, the weights wait among the
    checkpoints until a person lets the code run and loads them.
    """
    try:
        _open(name)
    except ComposerError as error:
        state.notify(str(error))


def _open(name: str) -> None:
    checkpoints = state.documents().workspace.checkpoints
    weights = checkpoints.new_name(f"{name.removesuffix(ENDING)}.safetensors")
    path, target = str(checkpoints.path(name)), str(checkpoints.path(weights))
    report: BundleReport = models.files().get(_PROCESS).call("unbundle", timeout=_SECONDS, path=path, weights=target)
    document = state.documents().create(loads(report.text))
    state.show(document.id)
    if not consent.allowed(document.design):
        text = _("The design has code of its own, which has not run. Its weights are {name} on the page Files.")
        state.notify(text.format(name=weights))
        return
    found: Checked | None = (
        models.pool().get(document.id).call("restore", timeout=_SECONDS, text=document.text, path=path, weights=target)
    )
    Path(target).unlink(missing_ok=True)  # the live model has them now, and the bundle keeps them
    state.notify(_said(report, found))


def _said(report: BundleReport, found: Checked | None) -> str:
    written = _("Saved by Block Composer {version} with torch {torch}.")
    written = written.format(version=report.composer, torch=report.torch)
    if found is None:
        return f"{written} {_('No run is in it to compare with.')}"
    if not found.difference:
        return f"{written} {_('It gives the outputs that it gave there, to the bit.')}"
    text = _("It gives the outputs that it gave there, up to {difference:.2g} where the largest is {scale:.3g}.")
    return f"{written} {text.format(difference=found.difference, scale=found.scale)}"

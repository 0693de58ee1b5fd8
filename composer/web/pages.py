"""Where the app's pages are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

import composer


def folder() -> Path:
    """The folder that holds the pages' scripts."""
    package = Path(composer.__file__).parent
    inside = package / "pages"
    return inside if inside.is_dir() else package.parent / "pages"

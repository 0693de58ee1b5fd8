"""What the tests of the interface share: a workspace of their own, and an open document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from composer.templates import load
from composer.ui import models
from composer.ui.document import Document
from composer.ui.documents import Documents
from composer.ui.state import WORKSPACE
from composer.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace that the app uses in this test."""
    monkeypatch.setenv(WORKSPACE, str(tmp_path))
    return Workspace(tmp_path)


@pytest.fixture
def lenet(workspace: Workspace) -> Document:
    """LeNet, open."""
    return Documents(workspace).create(load("lenet"))


@pytest.fixture(scope="package", autouse=True)
def _no_kernels_left() -> Iterator[None]:
    yield
    models.close_all()

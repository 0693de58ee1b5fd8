"""The header of a workspace that is also elsewhere: in step, not yet there, and where two versions are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.ui import mirroring
from composer.workspace import Workspace
from composer.workspace.remote import Mirror
from tests.ui.pages import SCRIPT, checked
from tests.workspace.remote.folders import Troubled


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Mirror:
    found = Mirror(f"troubled://ann:secret@{tmp_path}/there", tmp_path / "home")
    monkeypatch.setattr(mirroring, "current", lambda: found)
    return found


def told(app: AppTest) -> str:
    checked(app)
    labels = [each.proto.popover.label for each in app.get("popover")]
    return " | ".join([*labels, *(each.value for each in app.markdown)])


def test_a_local_workspace_is_saved_as_ever(workspace: Workspace) -> None:
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    assert "cloud_done" not in told(app)
    assert ":gray[:material/cloud_done: saved]" in told(app.button(key="use:lenet").click().run())


def test_it_says_how_it_stands(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    assert "cloud_done: saved]" in told(app) and "All is saved here and at troubled" in told(app)
    (mirror.folder / "designs").mkdir()
    (mirror.folder / "designs" / "a.json").write_text("ours")
    assert "saved here]" in told(app.run()) and "on the way to" in told(app) and "1 file" in told(app)

    def away(name: str) -> None:
        raise ConnectionError("the network is away")

    monkeypatch.setattr(Troubled, "before", staticmethod(away))
    mirror._try(listed=True, wait=0)
    text = told(app.run())
    assert "saved only here" in text and "Saved here, and not yet at" in text and "the network is away" in text
    assert "secret" not in text
    app.button(key="mirror:retry").click().run()
    assert mirror._wake.is_set()


def test_two_versions_are_told_until_somebody_knows(mirror: Mirror, tmp_path: Path) -> None:
    for folder, content in ((mirror.folder, "ours"), (Path(mirror._store._root), "theirs")):
        (folder / "designs").mkdir(parents=True)
        (folder / "designs" / "a.json").write_text(content)
    while not mirror.sync():
        pass
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    assert "two versions kept" in told(app) and "is kept as designs/a\\-2\\.json" in told(app)
    app.button(key="mirror:seen").click().run()
    assert "two versions kept" not in told(app) and "cloud_done" in told(app)

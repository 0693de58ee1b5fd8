"""Code of a stranger's design: opening it runs nothing; a person is asked, once for each text."""

from __future__ import annotations

import pytest

from composer.design.document import Design
from composer.reports import describe
from composer.ui import consent, models
from composer.workspace import Workspace
from tests.build import chain
from tests.codegen.test_custom_layers import reduction, used
from tests.ui import pages

DESIGN = used(reduction(), units=3)


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "_allowed", set())


def output(design: Design, id: str) -> str:
    found = models.preview(pages.document(id).text).report.steps["r"].output
    return describe(found) if found else "unknown"


@pytest.mark.parametrize("page", ["parameters", "initialize", "gradients"])
def test_pages_of_the_live_model_ask_first(workspace: Workspace, page: str) -> None:
    id = workspace.create(DESIGN).id
    models.pool().close(id)
    app = pages.open_page(page, id)
    assert any("1 custom layer, whose code has not run yet" in each.value for each in app.markdown)
    assert len(app.main.children) and not any(each.key in ("look", "dry_run", "initialize") for each in app.button)
    pages.settled(app.button(key="allow_code").click().run())
    assert not any(each.key == "allow_code" for each in app.button)
    assert output(DESIGN, id) == "N×3"


def test_compose_shows_it_and_knows_no_shape_until_it_runs(workspace: Workspace) -> None:
    id = workspace.create(DESIGN).id
    app = pages.open_page("compose", id)
    assert output(DESIGN, id) == "unknown"
    pages.checked(app.button(key="allow_code").click().run())
    assert output(DESIGN, id) == "N×3"


def test_to_run_the_model_is_to_ask_for_it(workspace: Workspace) -> None:
    id = workspace.create(DESIGN).id
    app = pages.open_page("compose", id)
    app.session_state["panel"] = "Run"
    pages.settled(app.run())
    pages.settled(app.button(key="run").click().run())
    run = pages.document(id).run
    assert run and run.job.result
    assert consent.allowed(DESIGN)


def test_it_is_the_text_that_is_allowed(workspace: Workspace) -> None:
    assert consent.allowed(chain()) and not consent.allowed(DESIGN)
    consent.allow(DESIGN)
    assert consent.allowed(used(reduction(), units=7))
    assert not consent.allowed(used(reduction("def forward(self, x):\n    return x + 1\n")))

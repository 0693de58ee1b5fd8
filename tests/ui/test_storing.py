"""The storage switch without a browser: three ways to keep the layers of a chain, and what each costs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui.pages import checked

MLP = chain(linear("0", 20, 256), layer("1", "ReLU"), linear("2", 256, 10), name="Chain")


def _page(id: str) -> None:
    from composer.ui import state
    from composer.ui.storing import storing

    storing(state.documents().open(id))


def opened(id: str) -> AppTest:
    return checked(AppTest.from_function(_page, kwargs={"id": id}, default_timeout=60).run())


def rows(app: AppTest) -> dict[str, list[str]]:
    (html,) = [each.proto.body for each in app.get("html")]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr>(.*?)</tr>", html)]
    plain = [[unescape(re.sub(r"<[^>]*>", "", each)) for each in line] for line in cells]
    return {first: others for first, *others in plain}


@pytest.mark.parametrize("x", [20])
def test_facts_8_to_13_side_by_side(workspace: Workspace, x: int) -> None:
    design = MLP.model_copy(update={"inputs": (MLP.inputs[0].model_copy(update={"shape": ("N", x)}),)})
    app = opened(workspace.create(design).id)
    checked(app.button(key="compare_storage").click().run())
    found = rows(app)
    assert found["of 3 layers"] == ["_modules", "list", "ModuleList"]
    assert found["same output as the chain"] == ["yes", "yes", "yes"]
    assert found["parameters it knows"] == ["7,946", "0", "7,946"]
    assert found["names in its state dict"] == ["4", "0", "4"]
    assert "empty parameter list" in found["an optimizer"][1]
    assert found["layers that eval() reaches"] == ["3 of 3", "0 of 3", "3 of 3"]
    assert found["parameters with a gradient after backward"] == ["4 of 4"] * 3
    assert found["and then computes the same"] == ["yes", "no", "yes"]


def test_where_there_is_no_chain_it_says_so(workspace: Workspace) -> None:
    app = opened(workspace.create(chain(linear("a", 4, 4), op("r", "relu"))).id)
    assert "no chain" in app.markdown[-1].value

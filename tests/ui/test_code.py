"""The code panel without a browser: pieces with their colors, what is marked, and what is said above."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import composer
from composer import templates
from composer.engine.build import source_of
from composer.ui.highlight import highlight
from composer.workspace import Workspace
from tests.ui.pages import document, enter

SCRIPT = Path(composer.__file__).parent / "web" / "app.py"


@pytest.fixture
def app(workspace: Workspace) -> AppTest:
    """The app with LeNet open and its code shown."""
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    app.button(key="use:lenet").click().run()
    app.session_state["panel"] = "Code"
    return app


def shown(app: AppTest, *paths: str) -> dict[str, Any]:
    """What the component is given while `paths` are selected."""
    app.session_state["selected_path"] = paths[-1]
    app.session_state["selected_paths"] = list(paths)
    app.run()
    assert not app.exception, app.exception
    return next(
        json.loads(each.proto.json) for each in app.get("bidi_component") if each.proto.js_source_path == "code.js"
    )


def texts(lines: list[list[str]]) -> list[str]:
    return ["".join(pieces[1::2]) for pieces in lines]


@pytest.mark.parametrize("name", templates.names())
def test_pieces_are_the_whole_text(name: str) -> None:
    text = source_of(templates.load(name))
    assert "".join(f"{line}\n" for line in texts(highlight(text))) == text


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "f\"{x}\" + '''a\n\n  b'''\n", "s = '💥層'  # 𝐱\n", "if x:\n    y = 1j\n"]
)
def test_pieces_of_any_source_are_its_text(text: str) -> None:
    assert "\n".join(texts(highlight(text))) == text.removesuffix("\n")


def test_kinds_of_pieces() -> None:
    *_, line, comment = highlight('class A:\n    """A\n    b"""\n    def f(self): return -1.5 or "s"\n# x\n')
    kinds = [(kind, piece) for kind, piece in zip(line[::2], line[1::2], strict=True) if kind]
    assert kinds == [
        ("keyword", "def"),
        ("name", "f"),
        ("keyword", "return"),
        ("number", "1.5"),
        ("keyword", "or"),
        ("string", '"s"'),
    ]
    assert comment == ["comment", "# x"]
    assert highlight('"""a\n b"""\n') == [["string", '"""a'], ["string", ' b"""']]


def test_the_lines_of_what_is_selected_are_marked(app: AppTest) -> None:
    data = shown(app, "features.conv1")
    lines = texts(data["lines"])
    [[first, last]] = data["marked"]
    assert (first, lines[first - 1].strip()) == (
        last,
        '("conv1", nn.Conv2d(1, 6, kernel_size=5, padding=2)),  # N×6×28×28',
    )
    assert data["about"][first - 1] == data["selected"] == "features.conv1"
    assert len(data["about"]) == len(lines)
    both = shown(app, "flatten", "features.conv1")
    assert [first, last] in both["marked"]
    assert len(both["marked"]) == 2
    assert shown(app, "")["marked"] == [], "all of it would be no mark"


def test_code_that_will_fail_says_so(app: AppTest) -> None:
    assert "will fail" not in "".join(each.value for each in app.run().markdown)
    shown(app, "features.conv1")
    enter(document("lenet"), "features.conv1", "out_channels", "8")
    app.run()
    assert "This code will fail when it is run: the design has 1 problem." in "".join(
        each.value for each in app.markdown
    )
    assert "nn.Conv2d(1, 8" in "\n".join(texts(shown(app, "features.conv1")["lines"]))

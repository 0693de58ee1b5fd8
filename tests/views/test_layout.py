"""The helper process: pictures, and what happens when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from composer.views import layout
from composer.views.layout import LayoutError, picture


@pytest.fixture
def helper() -> layout._Helper:
    return layout._Helper()


def _process(helper: layout._Helper) -> subprocess.Popen[bytes]:
    return helper._running()


def test_formats() -> None:
    assert picture("digraph { a -> b }", "svg").startswith(b"<?xml")
    assert picture("digraph { a -> b }", "png").startswith(b"\x89PNG")
    assert picture("digraph { a -> b }", "pdf").startswith(b"%PDF")


def test_wrong_text_is_an_error_and_the_helper_goes_on() -> None:
    with pytest.raises(LayoutError, match="Graphviz cannot draw the graph"):
        picture("digraph { a -> ")
    assert b"<svg" in picture("digraph { c }")


def test_a_helper_that_died_is_replaced(helper: layout._Helper) -> None:
    first = _process(helper)
    first.kill()
    first.wait()
    assert b"<svg" in helper.draw("digraph { d }", "svg", 60)
    assert _process(helper).pid != first.pid
    helper.close()


def test_a_crash_while_drawing_is_an_error(helper: layout._Helper) -> None:
    _process(helper).kill()  # it may be noticed before or during the request; both are fine afterwards
    try:
        helper.draw("digraph { e }", "svg", 60)
    except LayoutError as error:
        assert "ended unexpectedly" in str(error)
    assert b"<svg" in helper.draw("digraph { e }", "svg", 60)
    helper.close()


def test_what_takes_too_long_is_ended(helper: layout._Helper) -> None:
    dense = "digraph {" + "".join(f"{a}->{b};" for a in range(150) for b in range(150)) + "}"
    with pytest.raises(LayoutError, match=r"took longer than 0.5 s"):
        helper.draw(dense, "svg", 0.5)
    assert b"<svg" in helper.draw("digraph { f }", "svg", 60)
    helper.close()


def test_sizes_are_capped(monkeypatch: pytest.MonkeyPatch, helper: layout._Helper) -> None:
    with pytest.raises(LayoutError, match="20,000,001 characters"):
        picture(" " * 20_000_001)
    monkeypatch.setattr(layout, "MAX_PICTURE", 10)
    with pytest.raises(LayoutError, match=r"The picture has .* bytes; at most 10 are kept"):
        helper.draw("digraph { g }", "svg", 60)
    helper.close()


def test_threads_share_one_helper(helper: layout._Helper) -> None:
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda k=k: drawn.append(helper.draw(f"digraph {{ t{k} }}", "svg", 60)))
        for k in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for svg in drawn for name in [svg.split(b"<title>t")[1][:1]]) == [b"%d" % k for k in range(8)]
    helper.close()


def test_views_load_neither_torch_nor_streamlit() -> None:
    code = (
        "import sys, composer.views.svg, composer.views.graph, composer.views.tables;"
        "from composer.views.layout import picture; picture('digraph { a }');"
        "print([name for name in ('torch', 'numpy', 'streamlit', 'pygraphviz') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")

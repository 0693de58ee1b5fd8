"""A page that has not been told of a new value yet sends the old one: that is nobody's change."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.ui import state

SCRIPT = """
import streamlit as st
from composer.ui import state

@state.heard
def commit(key):
    st.session_state.setdefault("heard", []).append(st.session_state[key])

if "given" in st.session_state:
    state.set_widget("field", st.session_state.pop("given"))
st.text_input("Field", key="field", on_change=commit, args=("field",))
"""


@pytest.fixture
def page(tmp_path: Path) -> AppTest:
    return AppTest.from_string(SCRIPT).run()


def heard(page: AppTest) -> list[str]:
    return list(page.session_state["heard"]) if "heard" in page.session_state else []


def test_what_somebody_types_is_heard(page: AppTest) -> None:
    page.text_input(key="field").set_value("6").run()
    page.text_input(key="field").set_value("8").run()
    assert heard(page) == ["6", "8"]


def test_the_value_before_is_an_echo_for_a_moment(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    page.text_input(key="field").set_value("6").run()
    page.session_state["given"] = "8"
    page.run()
    page.text_input(key="field").set_value("6").run()
    assert heard(page) == ["6"]
    page.text_input(key="field").set_value("7").run()
    assert heard(page) == ["6", "7"]
    page.session_state["given"] = "8"
    page.run()
    monkeypatch.setattr(state, "_ECHO", 0.0)
    page.text_input(key="field").set_value("7").run()
    assert heard(page) == ["6", "7", "7"]

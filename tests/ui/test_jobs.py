"""Work in a thread: found again, stopped, and never waited for in vain."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from composer.errors import KernelError, KernelStopped
from composer.ui.jobs import Job
from tests.ui.server import Server, serving


@pytest.fixture(scope="module")
def polling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("workspace"), Path(__file__).with_name("polling_page.py")) as server:
        server.wait()
        yield server


def click(button: str, fragment: str) -> BackMsg:
    request = BackMsg()
    request.rerun_script.fragment_id = fragment
    state = request.rerun_script.widget_states.widgets.add()
    state.id, state.trigger_value = button, True
    return request


def buttons(messages: list[ForwardMsg]) -> dict[str, ForwardMsg]:
    found = {each.delta.new_element.button.label: each for each in messages}
    return {label: each for label, each in found.items() if label}


def text(messages: list[ForwardMsg]) -> str:
    return next(body for each in reversed(messages) if (body := each.delta.new_element.text.body))


@pytest.mark.parametrize(("label", "told"), [("Act", "3: idle acted"), ("Ask", "3: idle asked")])
def test_a_click_that_comes_as_the_work_ends_is_heard(polling: Server, label: str, told: str) -> None:
    whole = BackMsg()
    whole.rerun_script.SetInParent()
    with polling.session() as session:
        first = session.ask(whole)
        assert text(first) == "1: busy"
        assert any(each.WhichOneof("type") == "auto_rerun" for each in first)
        seen = buttons(first)[label].delta
        assert seen.fragment_id
        assert text(session.ask(whole)) == "2: idle"
        late = session.ask(click(seen.new_element.button.id, seen.fragment_id))
        assert text(late) == told


def test_gives_the_result() -> None:
    job = Job(lambda: 42, lambda: None)
    assert job.wait(5)
    assert (job.running, job.result, job.error) == (False, 42, None)


def test_keeps_errors() -> None:
    def fail() -> int:
        raise KernelStopped("gone")

    def crash() -> int:
        raise ZeroDivisionError("by zero")

    job = Job(fail, lambda: None)
    assert job.wait(5)
    assert isinstance(job.error, KernelStopped)
    job = Job(crash, lambda: None)
    assert job.wait(5)
    assert isinstance(job.error, KernelError)
    assert str(job.error) == "ZeroDivisionError: by zero"


def test_stops() -> None:
    ended = threading.Event()
    job = Job(lambda: ended.wait(60), ended.set)
    assert job.running
    job.stop()
    assert job.stopped
    assert not job.running

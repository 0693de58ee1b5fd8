"""Whatever is written on both sides, in any order and with any failure: nothing is lost, and they come into step."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import WorkspaceError
from composer.workspace.remote import Mirror
from tests.workspace.remote.folders import Troubled, contents

NAMES = ("designs/a.json", "designs/b.json", "runs/r/checkpoints/step-000000001/state.pt")
SIDES = ("here", "there")

names = st.sampled_from(NAMES)
acts = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(SIDES), names),
    st.tuples(st.just("delete"), st.sampled_from(SIDES), names),
    st.tuples(st.just("sync"), st.booleans()),
)


@dataclass
class World:
    """Two folders, and what nobody who saw it has given up: contents that have to be somewhere on both sides."""

    root: Path
    mirror: Mirror
    there: Path
    owed: set[bytes] = field(default_factory=set)
    number: int = 0

    def do(self, act: tuple[Any, ...]) -> None:
        match act:
            case "sync", listed:
                self.mirror.sync(listed)
            case kind, side, name:
                path = (self.mirror.folder if side == "here" else self.there) / name
                if path.exists():
                    self.owed.discard(path.read_bytes())  # whoever writes here sees this
                if kind == "delete":
                    path.unlink(missing_ok=True)
                    return
                self.number += 1
                content = b"version %05d" % self.number  # all of one size, so that a size tells nothing
                path.parent.mkdir(parents=True, exist_ok=True)
                new = path.with_name(".new.tmp")
                new.write_bytes(content)
                new.replace(path)
                self.owed.add(content)

    def settle(self) -> None:
        for _time in range(10):
            if self.mirror.sync():
                return
        raise AssertionError("it never ends")

    def check(self) -> None:
        here, there = contents(self.mirror.folder), contents(self.there)
        assert here == there
        assert self.owed <= set(here.values())
        assert self.mirror.status.in_step


@pytest.fixture(scope="module", autouse=True)
def _fast() -> Iterator[None]:
    """No power fails in these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        yield


@contextmanager
def world(protocol: str = "folder") -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        yield World(root, Mirror(f"{protocol}://{root}/there", root / "home"), root / "there")


@given(st.lists(acts, max_size=20))
@settings(max_examples=40)
def test_any_order_of_changes_loses_nothing(acts: list[tuple[Any, ...]]) -> None:
    with world() as now:
        for act in acts:
            now.do(act)
        now.settle()
        now.check()


@given(st.lists(acts, max_size=12), st.lists(st.tuples(st.integers(0, 12), acts), max_size=4))
@settings(max_examples=40)
def test_changes_in_the_middle_of_a_pass_are_not_lost(
    acts: list[tuple[Any, ...]], later: list[tuple[int, tuple[Any, ...]]]
) -> None:
    with world("troubled") as now:
        due = [(count, act) for count, act in later if act[0] != "sync"]
        calls = 0

        def meanwhile(name: str) -> None:
            nonlocal calls
            if name in ("ls", "put", "get"):  # between the last look and the move, only the other side could tell
                calls += 1
                for each in [each for each in due if each[0] < calls]:
                    due.remove(each)
                    now.do(each[1])

        Troubled.before = staticmethod(meanwhile)
        try:
            for act in acts:
                now.do(act)
            now.settle()
        finally:
            Troubled.before = staticmethod(lambda name: None)
        now.settle()
        now.check()


@given(st.lists(acts, max_size=15), st.sets(st.integers(0, 60), max_size=25))
@settings(max_examples=40)
def test_a_file_system_that_fails_at_random_ends_in_step(acts: list[tuple[Any, ...]], failing: set[int]) -> None:
    with world("troubled") as now:
        calls = 0

        def fail(name: str) -> None:
            nonlocal calls
            calls += 1
            if calls in failing:
                raise OSError("the network is away")

        Troubled.before = staticmethod(fail)
        try:
            for act in [*acts, *[("sync", True)] * 30]:
                try:
                    now.do(act)
                except WorkspaceError as error:
                    assert "the network is away" in str(error)
        finally:
            Troubled.before = staticmethod(lambda name: None)
        now.settle()
        now.check()


def test_a_memory_file_system_is_kept_in_step_too(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    system.pipe_file("/losing/designs/a.json", b"one")
    mirror = Mirror("memory://losing", tmp_path)
    assert mirror.sync()
    path = mirror.folder / "designs" / "a.json"
    assert path.read_bytes() == b"one"
    path.write_bytes(b"two!")
    assert mirror.status.waiting == 1
    assert mirror.sync(listed=False) and mirror.status.in_step
    assert system.cat_file("/losing/designs/a.json") == b"two!"
    system.rm_file("/losing/designs/a.json")
    system.pipe_file("/losing/designs/[b] c.json", b"three")
    assert mirror.sync() and contents(mirror.folder) == {"designs/[b] c.json": b"three"}

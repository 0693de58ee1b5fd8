"""Damaged and hostile files are refused, each with one sentence or two, quickly, in little memory, and nothing runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.checkpoints import (
    broken_archives,
    broken_headers,
    broken_pickles,
    broken_tensors,
    foreign_files,
    hostile_pickles,
)  # fmt: skip

ROOT = Path(__file__).parents[3]
TOPICS = {
    "hostile": hostile_pickles.cases(),
    "pickle": broken_pickles.cases(),
    "tensor": broken_tensors.cases(),
    "archive": broken_archives.cases(),
    "header": broken_headers.cases(),
    "foreign": foreign_files.cases(),
}
CORPUS = {f"{topic}: {title}": case for topic, cases in TOPICS.items() for title, case in cases.items()}
NEVER = ("Traceback", "weights_only", "pickle.load", "allowlist", "add_safe_globals", "\n", "TypeError")


def told(folder: Path, cases: Mapping[str, Callable[[], bytes]], *options: str) -> dict[str, dict[str, Any]]:
    """What came of each file, all of them opened by one child process."""
    for place, make in enumerate(cases.values()):
        (folder / f"{place:04}.pt").write_bytes(make())
    command = [sys.executable, "-W", "error", "-m", "tests.engine.checkpoints.opener", str(folder), *options]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in child.stdout.splitlines() if line.startswith('{"name"')]
    assert (len(lines), child.returncode) == (len(cases), 0), child.stderr
    return dict(zip(cases, lines, strict=True))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return told(tmp_path_factory.mktemp("corpus"), {title: make for title, (make, _) in CORPUS.items()})


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return told(tmp_path_factory.mktemp("control"), hostile_pickles.marked(), "unsafely")


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 250


def test_no_two_files_are_the_same() -> None:
    seen: dict[bytes, str] = {}
    for title, (make, _) in CORPUS.items():
        data = make()
        assert data not in seen, (title, seen.get(data))
        seen[data] = title


@pytest.mark.parametrize("title", CORPUS)
def test_refused(judged: dict[str, dict[str, Any]], title: str) -> None:
    found, words = judged[title], CORPUS[title][1]
    assert (found["error"], found["marked"]) == ("CheckpointError", False), found
    assert found["seconds"] < 2 and found["memory"] < 300e6, found
    message = found["message"]
    assert message.startswith(f"{found['name']}: ") and words in message and len(message) <= 300, message
    assert message.endswith((".", "…")) and not any(each in message for each in NEVER), message


@pytest.mark.parametrize("title", hostile_pickles.marked())
def test_the_mark_is_left_where_it_is_loaded_unsafely(loaded: dict[str, dict[str, Any]], title: str) -> None:
    assert loaded[title]["marked"], loaded[title]

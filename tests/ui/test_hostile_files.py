"""Strangers' files in the app: refused in a process of their own, while other sessions are answered."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from composer.errors import CheckpointError
from composer.ui import models
from composer.workspace import Workspace
from tests.build import chain, linear
from tests.engine.checkpoints.test_hostile import CORPUS
from tests.ui import pages


def test_others_are_answered_while_hostile_files_are_looked_into(workspace: Workspace, tmp_path: Path) -> None:
    kernel = models.files().get("attacked")
    pid, looked = kernel.pid, list[str]()

    def attack() -> None:
        for place, (name, (make, _reason)) in enumerate(CORPUS.items()):
            path = tmp_path / f"{place}.pt"
            path.write_bytes(make())
            try:
                kernel.call("examine", path=str(path), timeout=60)
            except CheckpointError:
                looked.append(name)
            path.unlink()

    id = workspace.create(chain(linear("0", 4, 8), name="Net")).id
    pages.open_page("files", id)  # what is done once is done
    between = []
    with ThreadPoolExecutor(1) as pool:
        attacker = pool.submit(attack)
        while not attacker.done():
            before = len(looked)
            pages.open_page("files", id)
            between.append(len(looked) - before)
        attacker.result()
    assert looked == list(CORPUS) and kernel.alive and kernel.pid == pid
    assert len(between) >= 3 and max(between) < len(CORPUS) / 2  # pages came all the while, not after it


def test_a_look_into_a_huge_file_keeps_nobody_waiting_and_can_be_given_up(workspace: Workspace) -> None:
    path = workspace.checkpoints.path("huge.safetensors")
    count, each = 300, 40_000_000
    header = json.dumps(
        {f"t{k}": {"dtype": "U8", "shape": [each], "data_offsets": [k * each, (k + 1) * each]} for k in range(count)}
    ).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + count * each)  # a file with holes, which takes no room
    id = workspace.create(chain(linear("0", 4, 8), name="Net")).id
    app = pages.open_page("files", id)
    app.button(key="look:huge.safetensors").click().run()
    assert "stop:looking" in [each.key for each in app.button]
    other = workspace.create(chain(linear("0", 4, 8), name="Other")).id
    pages.open_page("compose", other)
    app.run()
    assert "stop:looking" in [each.key for each in app.button]  # it still goes on
    app.button(key="stop:looking").click().run()
    pages.settled(app)
    assert "was stopped before it was done" in "".join(each.value for each in app.caption)
    assert models.files().get(id).alive

"""The mirror as programs use it: it opens, follows, tells how it stands, takes turns with others, and ends in step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from composer.workspace import Workspace
from composer.workspace.remote import Conflict, Mirror, RemoteError, current, mirrored
from composer.workspace.remote.manifest import is_mirrored
from tests.workspace.remote.folders import PIECE, Troubled, contents

ROOT = Path(__file__).parents[3]


def until(done: Callable[[], bool]) -> None:
    for _time in range(400):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Says whether the network of `troubled://` is away."""

    def fail(name: str) -> None:
        raise ConnectionError("the network of ann:secret@host is away")

    def switch(on: bool) -> None:
        monkeypatch.setattr(Troubled, "before", staticmethod(fail if on else lambda name: None))

    return switch


def test_what_is_written_while_it_is_open_goes_there_and_what_is_written_there_comes(tmp_path: Path) -> None:
    there = tmp_path / "there"
    write(there / "designs" / "old.json", "old")
    said: list[str] = []
    with mirrored(f"folder://{there}", said.append, tmp_path / "home") as mirror:
        assert current() is mirror and (mirror.folder / "designs" / "old.json").read_text() == "old"
        workspace = Workspace(mirror.folder)
        (mirror.folder / "recordings" / "a.json").write_text("{}")
        workspace.note_opened("old")
        until(lambda: mirror.status.in_step)
        assert (there / "recordings" / "a.json").read_text() == "{}"
        assert workspace.delete("old")
        write(there / "data" / "b.csv", "1,2")
    trashed = next((there / "trash").iterdir()).name
    assert contents(there) == {"recordings/a.json": b"{}", "data/b.csv": b"1,2", f"trash/{trashed}": b"old"}
    assert trashed.endswith(" old.json") and not (there / ".uploading").exists()
    assert said[0] == "1 file to be brought here" and current() is None


def test_what_changed_on_both_sides_stays_on_both_and_is_told_until_somebody_knows(tmp_path: Path) -> None:
    there, home = tmp_path / "there", tmp_path / "home"
    mirror = Mirror(f"folder://{there}", home)
    write(mirror.folder / "designs" / "a.json", "ours")
    write(there / "designs" / "a.json", "theirs")
    while not mirror.sync():
        pass
    assert contents(there) == contents(mirror.folder) == {"designs/a.json": b"ours", "designs/a-2.json": b"theirs"}
    told = (Conflict("designs/a.json", "designs/a-2.json"),)
    again = Mirror(f"folder://{there}", home)
    assert again.status.conflicts == told
    again.seen(told)
    assert again.status.conflicts == () and again.sync() and Mirror(f"folder://{there}", home).status.conflicts == ()


def test_without_a_network_the_copy_is_worked_on_and_sent_later(tmp_path: Path, away: Callable[[bool], None]) -> None:
    there, home, said = tmp_path / "there", tmp_path / "home", list[str]()
    address = f"troubled://{there}"
    away(True)
    with pytest.raises(RemoteError, match="is away"):
        Mirror(address, home).open()
    away(False)
    Mirror(address, home).open()
    away(True)
    with mirrored(address, said.append, home) as mirror:
        write(mirror.folder / "designs" / "a.json", "a")
        assert (mirror.status.waiting, mirror.status.in_step) == (1, False) and "is away" in mirror.status.error
    assert "so this is the copy on this machine" in said[0]
    assert said[-1].startswith(f"saved in {home}") and said[-1].endswith("The next start goes on.")
    away(False)
    with mirrored(address, said.append, home) as mirror:
        assert mirror.status.in_step and contents(there) == {"designs/a.json": b"a"}


def test_a_permission_that_is_missing_is_told_before_anything_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(Troubled, "before", staticmethod(refuse))
    with pytest.raises(RemoteError, match=r": this needs a permission \(Access Denied\)\.$") as found:
        Mirror(f"troubled://{tmp_path}/there", tmp_path / "home").open()
    assert found.value.refused


def test_a_folder_that_is_gone_as_a_whole_is_filled_again(tmp_path: Path) -> None:
    there = tmp_path / "there"
    mirror = Mirror(f"folder://{there}", tmp_path / "home")
    write(mirror.folder / "designs" / "a.json", "a")
    assert mirror.sync()
    there.rename(tmp_path / "gone")
    again = Mirror(f"folder://{there}", tmp_path / "home")
    assert again.sync() and contents(there) == {"designs/a.json": b"a"}


def test_a_checkpoint_is_there_with_its_state_last_and_goes_with_it_first(tmp_path: Path) -> None:
    mirror = Mirror(f"troubled://{tmp_path}/there", tmp_path / "home")
    run = mirror.folder / "runs" / "r"
    for name in ("config.json", "metrics.jsonl", "checkpoints/step-000000001/state.pt",
                 "checkpoints/step-000000001/zebra.safetensors"):  # fmt: skip
        write(run / name, name)
    seen: list[set[str]] = []
    there = tmp_path / "there" / "runs" / "r"
    before = pytest.MonkeyPatch()
    note = staticmethod(lambda name: seen.append({path.name for path in there.rglob("*.*") if path.is_file()}))
    with before.context() as patch:
        patch.setattr(Troubled, "before", note)
        assert mirror.sync()
        for path in (run / "checkpoints" / "step-000000001").iterdir():
            path.unlink()
        assert mirror.sync()
    for names in seen:
        assert "state.pt" not in names or "zebra.safetensors" in names
        assert "config.json" not in names or "metrics.jsonl" in names
    assert {"state.pt", "config.json"} <= set.union(*seen) and not (there / "checkpoints").exists()


@pytest.mark.parametrize(
    "name", [".lock", "a/.b.tmp", "../a", "a/../b", "a//b", "", "outgoing/a", "recent.json", "a\\b"]
)
def test_what_is_no_file_of_both_sides(name: str) -> None:
    assert not is_mirrored(name)


def test_two_programs_take_turns(tmp_path: Path) -> None:
    one, two = (Mirror(f"folder://{tmp_path}/there", tmp_path / "home") for _time in range(2))
    write(one.folder / "designs" / "a.json", "a")
    with one._lock:
        assert not two._try(listed=True, wait=0) and two.status.waiting == 1 and not two.status.error
    assert two.sync() and one.sync() and one.status.in_step


@pytest.mark.skipif(os.name == "nt", reason="needs the signals of POSIX")
def test_a_kill_in_the_middle_of_a_push_leaves_no_part(tmp_path: Path) -> None:
    there, home = tmp_path / "there", tmp_path / "home"
    target = there / "checkpoints" / "a.pt"
    mirror = Mirror(f"slow://{there}", home)
    write(mirror.folder / "checkpoints" / "a.pt", "old")
    assert mirror.sync()
    new = b"x" * 20 * PIECE
    (mirror.folder / "checkpoints" / "a.pt").write_bytes(new)
    code = (
        "import sys, tests.workspace.remote.folders; from pathlib import Path\n"
        "from composer.workspace.remote import Mirror; Mirror(sys.argv[1], Path(sys.argv[2])).sync()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, f"slow://{there}", str(home)], cwd=ROOT, env={**os.environ, "SLOW": "0.2"}
    )
    until(lambda: any(path.is_file() and path.stat().st_size > 2 * PIECE for path in there.glob(".uploading/*/*")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert contents(there) == {"checkpoints/a.pt": b"old"}
    again = Mirror(f"slow://{there}", home)
    assert again.status.waiting == 1 and again.sync()
    assert target.read_bytes() == new and not [path for path in there.glob(".uploading/*/*") if path.is_file()]

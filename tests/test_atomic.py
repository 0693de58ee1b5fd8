"""Writes are whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from composer import atomic

ROOT = Path(__file__).parents[1]
WRITER = """
import sys
from pathlib import Path
from composer import atomic
path, size = Path(sys.argv[1]), 2_000_000
k = 0
while True:
    k += 1
    atomic.write(path, bytes([k % 256]) * size)
    print(k, flush=True)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_and_move(tmp_path: Path):
    path = tmp_path / "a.json"
    atomic.write(path, b"first")
    atomic.write(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == ["a.json"]
    (tmp_path / "inner").mkdir()
    atomic.move(path, tmp_path / "inner" / "b.json")
    assert (names(tmp_path), names(tmp_path / "inner")) == (["inner"], ["b.json"])
    assert (tmp_path / "inner" / "b.json").read_bytes() == b"second"
    with pytest.raises(FileNotFoundError):
        atomic.move(path, tmp_path / "c.json")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_modes_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path):
    path, plain = tmp_path / "a.json", tmp_path / "b.json"
    plain.touch()
    atomic.write(path, b"1")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    atomic.write(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.json"
    atomic.write(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_kill_9_during_writes_loses_nothing(tmp_path: Path):
    path = tmp_path / "a.json"
    for k in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.003 * k)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        content = path.read_bytes()
        assert len(content) == 2_000_000
        assert len(set(content)) == 1
    atomic.sweep(tmp_path)
    assert names(tmp_path) == ["a.json"]


def test_sweeping_takes_only_what_writes_leave(tmp_path: Path):
    for name in (".a.json.0123abcd.tmp", ".hidden", "a.tmp", "b.json"):
        (tmp_path / name).touch()
    atomic.sweep(tmp_path)
    assert names(tmp_path) == [".hidden", "a.tmp", "b.json"]


def test_a_large_file_is_written_piece_by_piece(tmp_path: Path):
    path = tmp_path / "a.pt"
    path.write_bytes(b"old")
    with atomic.replacing(path) as file:
        for k in range(3):
            file.write(bytes([k]) * 1000)
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"\0" * 1000 + b"\1" * 1000 + b"\2" * 1000
    with pytest.raises(KeyError), atomic.replacing(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.stat().st_size == 3000
    assert names(tmp_path) == ["a.pt"]


def test_a_staged_file_chooses_its_name_at_the_end_or_is_gone(tmp_path: Path):
    with atomic.staged(tmp_path / "a.pt") as new:
        new.file.write(b"1")
        new.become(tmp_path / "b.pt")
    with atomic.staged(tmp_path / "a.pt") as new:
        new.file.write(b"2")
    assert names(tmp_path) == ["b.pt"]
    assert (tmp_path / "b.pt").read_bytes() == b"1"


def test_what_is_being_written_is_not_swept(tmp_path: Path):
    path = tmp_path / "a.pt"
    with atomic.replacing(path) as file:
        file.write(b"1")
        atomic.sweep(tmp_path)
    assert names(tmp_path) == ["a.pt"]


def test_a_shortage_is_told_with_both_counts(tmp_path: Path):
    path = tmp_path / "a.pt"
    told = atomic.shortage(path, 2_500_000_000)
    assert told.startswith(f"No space is left on the disk of {tmp_path}: 2.5 GB are needed, ")
    assert told.endswith("B are free.")
    path.touch()
    assert atomic.shortage(path).endswith(" The file that was there is unchanged.")
    assert " needed" not in atomic.shortage(path)
    assert atomic.is_full(OSError(28, "No space left on device"))
    assert not atomic.is_full(OSError(2, "No such file"))


def test_writers_and_sweepers_do_not_meet(tmp_path: Path):
    with ThreadPoolExecutor(4) as threads:
        swept = [threads.submit(lambda: [atomic.sweep(tmp_path) for _ in range(300)]) for _ in range(2)]
        written = [threads.submit(atomic.write, tmp_path / f"{k}.pt", b"1") for k in range(300)]
        for each in (*swept, *written):
            each.result()
    assert len(names(tmp_path)) == 300

"""Starting kernels, seen from a program of its own: how fast, without torch, and never outliving it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

HEAD = """
import json, os, sys, time
from composer.kernel.client import Kernel
from composer.kernel.launch import warm_up
from tests.kernel.verbs import TEST_VERBS
"""
ROOT = Path(__file__).parents[2]


def program(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, *arguments] if arguments else [sys.executable, "-c", HEAD + code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def result_of(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert not err
    return json.loads(out)


def test_the_second_kernel_starts_much_faster_than_the_first():
    first, second = result_of(
        program("""
times = []
for _ in range(2):
    start = time.perf_counter()
    with Kernel() as kernel:
        kernel.call("ping")
        times.append(time.perf_counter() - start)
print(json.dumps(times))
""")
    )
    assert second < first / 5


def test_warming_up_does_not_wait():
    waited, started = result_of(
        program("""
start = time.perf_counter()
warm_up()
waited = time.perf_counter() - start
with Kernel() as kernel:
    kernel.call("ping")
print(json.dumps([waited, time.perf_counter() - start]))
""")
    )
    assert waited < started / 5


def test_kernels_have_torch_and_their_client_has_not():
    found = result_of(
        program("""
import composer.kernel.pool
with Kernel(verbs=TEST_VERBS) as kernel:
    there = kernel.call("facts")["torch"]
    kernel.call("allocate", size=10)
    try:
        kernel.call("tensor")
    except Exception:
        pass
heavy = [name for name in ("torch", "numpy", "sklearn", "streamlit") if name in sys.modules]
print(json.dumps([there, heavy]))
""")
    )
    assert found == [True, []]


START = """
mains = []
for _ in range(2):
    with Kernel(verbs=TEST_VERBS) as kernel:
        mains.append(kernel.call("facts")["main"])
print(json.dumps(mains))
"""
AS_STREAMLIT = """
import types
main = types.ModuleType("__main__")
main.__file__ = sys.argv[1]
sys.modules["__main__"] = main
"""


def test_the_main_script_is_not_run_again_in_the_kernel(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(f"print('[')\n{HEAD}{START}print(']')")
    assert result_of(program("", str(script))) == [[None, None]]


def test_a_page_that_streamlit_made_the_main_module_is_not_run_in_the_kernel(tmp_path: Path):
    """Streamlit puts a module without a spec, but with the page's file, in the place of the main module."""
    page, script = tmp_path / "page.py", tmp_path / "script.py"
    page.write_text("raise SystemExit('a kernel ran the page')\n")
    script.write_text(HEAD + AS_STREAMLIT + START)
    assert result_of(program("", str(script), str(page))) == [None, None]


@pytest.mark.parametrize("verb", ["sleep", "compute"])
def test_a_kernel_ends_with_a_killed_app(verb: str):
    arguments = "seconds=600" if verb == "sleep" else ""
    process = program(f"""
import threading
kernel = Kernel(verbs=TEST_VERBS).start()
kernel.call("ping")
threading.Thread(target=kernel.call, args=({verb!r},), kwargs=dict({arguments}), daemon=True).start()
time.sleep(0.3)
print(kernel.pid, flush=True)
time.sleep(600)
""")
    assert process.stdout
    pid = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert _gone(pid)


@pytest.mark.parametrize("ending", ["", "raise SystemExit", "os.kill(os.getpid(), 15)"], ids=["end", "exit", "SIGTERM"])
def test_a_kernel_ends_with_its_app(ending: str):
    process = program(f"""
import threading
kernel = Kernel(verbs=TEST_VERBS).start()
threading.Thread(target=kernel.call, args=("compute",), daemon=True).start()
time.sleep(0.3)
print(kernel.pid, flush=True)
{ending}
""")
    out, _ = process.communicate(timeout=30)
    assert _gone(int(out))


def _gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    return False

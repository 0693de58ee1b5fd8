"""DOT text → the bytes of a picture, laid out in a helper process.

The helper is a process of its own, started at the first picture: it imports Graphviz and nothing else. One that
crashes, or takes too long, is ended, and the next picture starts another.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from composer.errors import ComposerError

Format = Literal["svg", "png", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
MAX_DOT = 20_000_000  # characters
MAX_PICTURE = 50_000_000  # bytes
TIMEOUT = 60.0  # seconds

_HELPER = Path(__file__).with_name("graphviz_helper.py")


class LayoutError(ComposerError):
    """A picture could not be laid out. The message says why."""


def picture(dot: str, format: Format = "svg") -> bytes:
    """The picture of DOT text, kept by the text.

    Raises:
        LayoutError: where Graphviz fails, takes longer than a minute, or the picture is too large.
    """
    if len(dot) > MAX_DOT:
        raise LayoutError(f"The graph has {len(dot):,} characters of DOT text; at most {MAX_DOT:,} are laid out.")
    return _picture(dot, format)


@lru_cache(maxsize=32)
def _picture(dot: str, format: Format) -> bytes:
    return _helper.draw(dot, format, TIMEOUT)


class _Helper:
    """The process that draws, one picture at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, dot: str, format: Format, timeout: float) -> bytes:
        with self._lock:
            process = self._running()
            expired = threading.Event()

            def expire() -> None:
                expired.set()
                process.kill()

            timer = threading.Timer(timeout, expire)
            timer.daemon = True
            timer.start()
            try:
                status, answer = _ask(process, dot.encode(), format)
            except LayoutError:
                self._end()  # with what it has yet to say
                raise
            except (OSError, ValueError):
                self._end()
                why = f"took longer than {timeout:g} s" if expired.is_set() else "ended unexpectedly"
                raise LayoutError(f"Graphviz {why} while drawing the graph.") from None
            finally:
                timer.cancel()
        if status != "ok":
            raise LayoutError(f"Graphviz cannot draw the graph: {answer.decode(errors='replace')[:300]}")
        return answer

    def close(self) -> None:
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is not None:
            self._end()
        if self._process is None:
            # -P: the helper looks for modules where everyone does, not in the script's folder, where ours are.
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_HELPER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            with suppress(OSError):  # what it did not read cannot be flushed
                self._process.communicate()
            self._process = None


def _ask(process: subprocess.Popen[bytes], dot: bytes, format: Format) -> tuple[str, bytes]:
    """The helper's status and answer; a ValueError where it ended."""
    assert process.stdin and process.stdout
    process.stdin.write(f"{format} {len(dot)}\n".encode() + dot)
    process.stdin.flush()
    status, length = process.stdout.readline().decode().split()
    if int(length) > MAX_PICTURE:
        raise LayoutError(f"The picture has {int(length):,} bytes; at most {MAX_PICTURE:,} are kept.")
    answer = process.stdout.read(int(length))
    if len(answer) < int(length):
        raise ValueError("ended")
    return status, answer


_helper = _Helper()
atexit.register(_helper.close)

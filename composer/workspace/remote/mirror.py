"""The mirror: a thread that keeps a copy and its remote folder in step, and knows how it stands with that."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from composer.errors import ComposerError
from composer.workspace.remote.address import home_of, shown
from composer.workspace.remote.manifest import Conflict, Pair, load, scan
from composer.workspace.remote.store import RemoteError, Store
from composer.workspace.remote.syncing import Pass, Say
from composer.workspace.writing import Writing, explained

_LOOK_HERE = 2.0  # seconds between two looks for what changed here, which costs little
_LOOK_THERE = 30.0  # and there, which costs requests
_LONGEST = 60.0  # seconds before the next try, however many failed
_REST = 4  # times as long as a pass took, so that what grows all the time is not carried all the time
_LAST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands: `waiting` files are saved here and not yet there, `error` says why the last try failed."""

    address: str
    waiting: int
    error: str
    conflicts: tuple[Conflict, ...]

    @property
    def in_step(self) -> bool:
        return not self.waiting and not self.error


def _silent(text: str) -> None:
    pass


class Mirror:
    """A copy of a remote folder, in `folder`. `home` is where that and what is known of it are kept.

    It is that of a workspace; or of one `run`, whose folder has a lock of its own that its trainer holds all the time.
    Several programs of one machine may have a mirror of the same folder: they take turns.

    Raises:
        RemoteError: where the address is none that can be used.
    """

    def __init__(self, address: str, home: Path | None = None, run: bool = False) -> None:
        self._store = Store(address)
        self.address = shown(address)
        self._home = home or home_of(address)
        self.folder = self._home / "workspace"
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._kept = self._home / "in-step.json"
        self._lock = FileLock(self._home / "turn.lock")
        self._writing = Writing(self._home if run else self.folder)
        self._seen: set[Conflict] = set()
        self._error = ""
        self._whole = True
        self._listed = 0.0
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="mirror", daemon=True)

    def open(self, say: Say = _silent) -> None:
        """Bring what is new there, and send what is new here.

        Raises:
            RemoteError: where it is refused, or cannot be reached and there is no copy to work on until it can.
            WorkspaceError: where there is no room for it.
        """
        known = self._kept.exists()
        try:
            self.sync(listed=True, say=say)
        except RemoteError as error:
            if error.refused or not known:
                raise
            self._error = str(error)
            say(f"not reached, so this is the copy on this machine: {error}")

    def start(self) -> None:
        """Keep both sides in step from now on."""
        self._thread.start()

    def sync(self, listed: bool = True, say: Say = _silent, wait: float = -1) -> bool:
        """Bring both sides into step now; whether they are, as far as was looked.

        Raises:
            WorkspaceError: where something could not be carried.
            Timeout: where another program does so for longer than `wait` seconds.
        """
        with self._lock.acquire(timeout=wait):
            manifest = load(self._kept, self.address)
            self._store.begin(manifest.id)
            manifest.conflicts = [each for each in manifest.conflicts if each not in self._seen]
            whole = Pass(self.folder, self._store, manifest, self._kept, self._writing).run(listed, say)
        if listed:
            self._listed = time.monotonic()
        return whole

    @property
    def status(self) -> Status:
        """How it stands at this moment. Where something waits and nothing is wrong, it is sent at once."""
        manifest = load(self._kept, self.address)
        with explained(self.folder):
            here = scan(self.folder)
        names = {*manifest.files, *here}
        waiting = sum(manifest.files.get(name, Pair()).here != here.get(name, "") for name in names)
        if waiting and not self._error:
            self._wake.set()
        conflicts = tuple(each for each in manifest.conflicts if each not in self._seen)
        return Status(self.address, waiting, self._error, conflicts)

    def retry(self) -> None:
        """Try again now."""
        self._wake.set()

    def seen(self, conflicts: tuple[Conflict, ...]) -> None:
        """Somebody knows of these, so they need not be told any more."""
        self._seen |= set(conflicts)

    def close(self) -> Status:
        """Send what is not there yet, and end. What could not be sent is sent the next time."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for number in range(_LAST_TRIES):
            if self._try(listed=number > 0, wait=-1) or self._error:
                break
        if not self._error:
            self._store.end()
        return self.status

    def remove(self) -> None:
        """Remove the copy, once it is needed no more and all of it is there."""
        shutil.rmtree(self._home, ignore_errors=True)

    def _follow(self) -> None:
        failures = 0
        while not self._closing.is_set():
            begun = time.monotonic()
            listed = not self._whole or begun - self._listed >= _LOOK_THERE
            failures = 0 if self._try(listed, wait=0) or not self._error else failures + 1
            self._closing.wait(min(_REST * (time.monotonic() - begun), _LONGEST))
            self._wake.wait(min(2.0**failures, _LONGEST) if failures else _LOOK_HERE)
            self._wake.clear()

    def _try(self, listed: bool, wait: float) -> bool:
        """Whether both sides are the same now."""
        try:
            self._whole = self.sync(listed, wait=wait)
            self._error = ""
        except Timeout:
            return False  # another program does it
        except ComposerError as error:
            self._whole, self._error = False, str(error)
        except Exception as error:  # a thread that ends unseen would never send anything again
            self._whole, self._error = False, f"something went wrong in the app itself ({type(error).__name__})."
        return self._whole


_mirrors: list[Mirror] = []


def current() -> Mirror | None:
    """The mirror of this process; None where it works on a folder of this machine."""
    return _mirrors[-1] if _mirrors else None


@contextmanager
def mirrored(address: str, say: Say = _silent, home: Path | None = None, run: bool = False) -> Iterator[Mirror]:
    """A mirror that is opened, kept in step, and closed at the end, saying where something is not there yet.

    The copy of a `run` that is there as a whole is removed then: a workspace is worked on again, a run seldom.

    Raises:
        WorkspaceError: as `Mirror` and its `open` do.
    """
    mirror = Mirror(address, home, run)
    mirror.open(say)
    mirror.start()
    _mirrors.append(mirror)
    try:
        yield mirror
    finally:
        _mirrors.remove(mirror)
        waiting = mirror.status.waiting
        if waiting:
            say(f"{waiting:,} file{'s' * (waiting > 1)} to be sent; interrupt again to leave that for the next time")
        left = mirror.close()
        if not left.in_step:
            reason = left.error or "somebody goes on changing it."
            say(f"saved in {mirror.folder}, and not yet there: {reason} The next start goes on.")
        elif run and not left.conflicts:
            mirror.remove()

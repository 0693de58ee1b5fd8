"""One pass over a copy and its remote folder, after which they are in step; at least, nothing is lost."""

from __future__ import annotations

import filecmp
import time
from collections.abc import Callable
from pathlib import Path

from composer import atomic
from composer.errors import ComposerError
from composer.workspace.remote.manifest import UNKNOWN, Conflict, Manifest, Pair, mark, scan
from composer.workspace.remote.plan import Action, plan
from composer.workspace.remote.store import Moved, RemoteError, Store
from composer.workspace.writing import Writing, explained

_SAVED = 1.0  # seconds between two times that the manifest is written while a pass goes on
_FAILURES = 3  # files that cannot be carried before a pass gives up

Say = Callable[[str], None]


class Pass:
    """Carries files between `folder` and `store`, and notes in the manifest, which is kept in a file, what is in step.

    Nobody else may use the manifest meanwhile. `writing` is held while a file here is replaced.
    """

    def __init__(self, folder: Path, store: Store, manifest: Manifest, kept: Path, writing: Writing) -> None:
        self._folder, self._store, self._manifest, self._kept = folder, store, manifest, kept
        self._writing = writing
        self._saved = time.monotonic()

    def run(self, listed: bool, say: Say) -> bool:
        """Do what is to be done; whether both sides are the same afterwards, as far as was looked.

        `listed`: look at what is there, instead of taking it to be unchanged until something is written over it.

        Raises:
            WorkspaceError: where something could not be carried. The rest was, or will be the next time.
        """
        files = self._manifest.files
        with explained(self._folder):
            here = scan(self._folder)
        there = self._store.scan() if listed else {name: pair.there for name, pair in files.items() if pair.there}
        actions = plan(files, here, there)
        coming = sum(each.kind == "pull" for each in actions)
        if coming:
            say(f"{coming:,} file{'s' * (coming > 1)} to be brought here")
        whole, failures = True, []
        try:
            for action in actions:
                try:
                    whole &= self._do(action)
                except ComposerError as error:
                    failures.append(error)
                if len(failures) == _FAILURES:
                    break
                self._save(_SAVED)
        finally:
            self._save(0)
        if failures:
            raise failures[0]
        return whole

    def _save(self, after: float) -> None:
        if time.monotonic() - self._saved >= after:
            with explained(self._kept):
                self._manifest.save(self._kept)
            self._saved = time.monotonic()

    def _do(self, action: Action) -> bool:
        """Whether the file is in step. Where it changed meanwhile it is not, and is looked at again."""
        with explained(self._folder / action.name):
            try:
                pair = _HOW[action.kind](self, action)
            except (Moved, FileNotFoundError):
                return False
        if pair.here or pair.there:
            self._manifest.files[action.name] = pair
        else:
            self._manifest.files.pop(action.name, None)
        return pair.here != UNKNOWN

    def _push(self, action: Action) -> Pair:
        path = self._folder / action.name
        try:
            return Pair(action.here, self._store.put(path, action.name, action.there))
        except RemoteError:
            if mark(path):
                raise
            raise Moved(action.name) from None

    def _pull(self, action: Action) -> Pair:
        target = self._folder / action.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic.staged(target) as new:
            self._store.get(action.name, new.path)
            new.sync()
            found = mark(new.path)  # and not later: then it may be that of what somebody wrote since
            with self._writing(target):
                if mark(target) != action.here:
                    raise Moved(action.name)
                new.become(target)
        return Pair(found, action.there)

    def _compare(self, action: Action) -> Pair:
        """What changed on both sides is the same, or the remote version is kept beside, and ours is to be pushed."""
        own = self._folder / action.name
        with atomic.staged(own) as new:
            self._store.get(action.name, new.path)
            if filecmp.cmp(own, new.path, shallow=False):
                return Pair(action.here, action.there)
            with self._writing(own):
                beside = _beside(own)
                new.become(beside)
        name = beside.relative_to(self._folder).as_posix()
        self._manifest.conflicts.append(Conflict(action.name, name))
        return Pair(UNKNOWN, action.there)

    def _remove_there(self, action: Action) -> Pair:
        self._store.remove(action.name, action.there)
        return Pair()

    def _remove_here(self, action: Action) -> Pair:
        target = self._folder / action.name
        with self._writing(target):
            if mark(target) != action.here:
                raise Moved(action.name)
            target.unlink()
        for parent in target.relative_to(self._folder).parents[:-2]:  # the workspace's own folders stay
            try:
                (self._folder / parent).rmdir()
            except OSError:
                break
        return Pair()

    def _forget(self, action: Action) -> Pair:
        return Pair()


_HOW: dict[str, Callable[[Pass, Action], Pair]] = {
    "compare": Pass._compare, "push": Pass._push, "pull": Pass._pull,
    "remove-there": Pass._remove_there, "remove-here": Pass._remove_here, "forget": Pass._forget,
}  # fmt: skip


def _beside(path: Path) -> Path:
    """A name like that of `path` which no file has."""
    number = 2
    while (found := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return found

"""An open design: what the file held, what became of it, and what was done. All tabs of one design share it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from composer.design.document import Design
from composer.design.history import History
from composer.design.text import dumps
from composer.errors import ComposerError, DesignError, WorkspaceError
from composer.ui.language import _
from composer.workspace import StaleSave, Stored, Workspace

if TYPE_CHECKING:
    from composer.storage_reports import StorageReport
    from composer.ui.layers.trying import Trial
    from composer.ui.live import Live
    from composer.ui.looking import Look
    from composer.ui.running import Run
    from composer.ui.schemes.filling import Filling
    from composer.ui.tasks import Task
    from composer.ui.weights.asking import Weights


@dataclass(frozen=True, slots=True)
class Bundle:
    """Where a design came from whose weights are not loaded yet: the bundle, its weights, and what wrote it."""

    path: Path
    weights: Path
    made_by: str


Choice = Literal["reload", "overwrite"]


class Document:
    """A design that is open, its history, and how it stands to its file.

    `trouble` is why the last change is not in the file: a StaleSave where somebody else changed that, another
    error where it cannot be written; None where all is saved. `run` is the last run of the model, `live` what is known
    of that, `gradients` the last look at those, `weights` what is known of its values, `filling` what its initializer
    rules did last, `storage` how a chain did by where it keeps its layers, `trial` what came of a custom layer that was
    tried, `tasks` what else was asked of its kernel; `bundle` is
    there while weights wait to be loaded.
    """

    def __init__(self, workspace: Workspace, stored: Stored) -> None:
        self.lock = threading.RLock()
        self.id = stored.id
        self._changes = 0
        self._history = History.of(stored.design)
        self.revision = stored.revision
        self.trouble: WorkspaceError | None = None
        self.run: Run | None = None
        self.live: Live | None = None
        self.gradients: Look | None = None
        self.weights: Weights | None = None
        self.filling: Filling | None = None
        self.storage: StorageReport | ComposerError | None = None
        self.trial: Trial | None = None
        self.tasks: dict[str, Task] = {}
        self.bundle: Bundle | None = None
        self.acks: dict[str, int] = {}  # for each page, the number of its last operation that was applied
        self._workspace = workspace
        self._text = (stored.design, dumps(stored.design))

    @property
    def history(self) -> History:
        """What was done, and what the design is now."""
        return self._history

    @history.setter
    def history(self, history: History) -> None:
        self._history = history
        self._changes += 1

    @property
    def stamp(self) -> str:
        """What changes whenever a tab has something else to show: the history, its standing, or the file."""
        with self.lock:
            try:
                mark = self._workspace.mark(self.id)
            except WorkspaceError as error:
                mark = str(error)
            return f"{self._changes} {self.revision} {self.trouble or ''} {mark}"

    @property
    def design(self) -> Design:
        """The design as it is now."""
        return self.history.design

    @property
    def text(self) -> str:
        """The canonical text of the design as it is now."""
        with self.lock:
            if self._text[0] is not self.design:
                self._text = (self.design, dumps(self.design))
            return self._text[1]

    def save(self) -> None:
        """Write the design to its file, unless that was changed elsewhere and nobody has chosen what to do."""
        with self.lock:
            if isinstance(self.trouble, StaleSave):
                return
            try:
                self.revision = self._workspace.save(self.id, self.design, self.revision).revision
                self.trouble = None
            except WorkspaceError as error:
                self.trouble = error

    def resolve(self, choice: Choice) -> None:
        """After a StaleSave: take what the file holds now as a further change, or write over it."""
        with self.lock:
            if not isinstance(self.trouble, StaleSave):
                return
            found, self.trouble = self.trouble.found, None
            if choice == "reload":
                self._take()
            else:
                self.revision = found
                self.save()

    def follow(self) -> bool:
        """Take over what another program wrote to the file meanwhile, and say whether it did. It can be undone."""
        with self.lock:
            if self.trouble is not None:
                return False
            try:
                found = self._workspace.revision(self.id)
            except WorkspaceError as error:
                self.trouble = error
                return False
            before = self.design
            if found != self.revision:
                self._take()
            return self.design is not before

    def _take(self) -> None:
        try:
            stored = self._workspace.load(self.id)
        except (WorkspaceError, DesignError):  # deleted, or no design any more: ours is all there is
            self.trouble = StaleSave(self.id, self.revision, self._workspace.revision(self.id))
            return
        self.revision = stored.revision
        self.history = self.history.do(_("changed outside the app"), stored.design)

"""The designs of a workspace, and those of them that are open in this process."""

from __future__ import annotations

import contextlib
import threading
from itertools import chain, count

from composer.design.document import Design
from composer.design.nodes import rebuild
from composer.errors import WorkspaceError
from composer.ui.document import Document
from composer.ui.language import _
from composer.workspace import Entry, Trashed, Workspace

_LONG = 1_900  # characters of a name that leave room for what makes it a copy's


class Documents:
    """What is open, by id. Safe to use from the threads of several tabs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.Lock()
        self._open: dict[str, Document] = {}

    def open(self, id: str) -> Document:
        """The document of a design, with its history where it is open already.

        Raises:
            WorkspaceError, DesignError: where there is none, or it cannot be read.
        """
        with self._lock:
            if id not in self._open:
                self._open[id] = Document(self.workspace, self.workspace.load(id))
                self.workspace.note_opened(id)
            return self._open[id]

    def create(self, design: Design) -> Document:
        """A new document of a design, saved at once in a file of its own.

        Raises:
            WorkspaceError: where it cannot be written.
        """
        document = self.open(self.workspace.create(design).id)
        document.resolve("reload")  # the id may be that of a document whose file was deleted: it has a file again
        return document

    def note(self, id: str) -> None:
        """Put a design first among the recent ones; a convenience, so where that cannot be written nothing is said."""
        with contextlib.suppress(WorkspaceError):
            self.workspace.note_opened(id)

    def duplicate(self, document: Document) -> Document:
        """A new document with what another holds now, called a copy of it.

        Raises:
            WorkspaceError: where it cannot be written.
        """
        design, names = document.design, {each.name for each in self.workspace.designs()}
        base = _("{name} copy").format(name=design.name[:_LONG])
        candidates = chain([base], (f"{base} {number}" for number in count(2)))
        return self.create(rebuild(design, name=next(name for name in candidates if name not in names)))

    def delete(self, id: str) -> Trashed | None:
        """Delete a design's file; None where there is none. Tabs that have it open keep it, and are told.

        Raises:
            WorkspaceError: where it cannot be deleted.
        """
        return self.workspace.delete(id)

    def restore(self, trashed: Trashed) -> str:
        """Bring a deleted design back, with its history where it was open, and say its id.

        Raises:
            WorkspaceError: where it is not kept any more.
        """
        id = self.workspace.restore(trashed)
        with self._lock:
            document = self._open.get(id)
        if document:
            document.resolve("reload")
        return id

    def entries(self) -> tuple[Entry, ...]:
        """All designs of the workspace: those opened last first, then those changed last.

        Raises:
            WorkspaceError: where the folder cannot be read.
        """
        recent = self.workspace.recent()
        known = {each.id for each in recent}
        return (*recent, *(each for each in self.workspace.designs() if each.id not in known))

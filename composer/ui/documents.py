"""The designs of a workspace, and those of them that are open in this process."""

from __future__ import annotations

import threading

from composer.design.document import Design
from composer.ui.document import Document
from composer.workspace import Entry, Workspace


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

    def entries(self) -> tuple[Entry, ...]:
        """All designs of the workspace: those opened last first, then those changed last.

        Raises:
            WorkspaceError: where the folder cannot be read.
        """
        recent = self.workspace.recent()
        known = {each.id for each in recent}
        return (*recent, *(each for each in self.workspace.designs() if each.id not in known))

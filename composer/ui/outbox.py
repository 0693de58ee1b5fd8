"""What a component's outbox sends: every entry again and again, until it is answered; here each is taken once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from composer.ui.document import Document


def fresh(document: Document, message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The entries of a message that were not taken yet, each one step of the history, while the document is locked."""
    client = str(message.get("client", ""))[:100]
    for entry in message.get("entries", ()):
        with document.lock:
            number = int(entry["seq"])
            if number > document.acks.get(client, 0):
                document.acks[client] = number
                yield entry

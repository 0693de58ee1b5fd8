"""What a component sends again until it is answered is taken once."""

from __future__ import annotations

from composer.ui.document import Document
from composer.ui.outbox import fresh


def message(client: str, *numbers: int) -> dict[str, object]:
    return {"client": client, "entries": [{"seq": number} for number in numbers]}


def test_each_entry_is_taken_once(lenet: Document) -> None:
    def taken(said: dict[str, object]) -> list[int]:
        return [entry["seq"] for entry in fresh(lenet, said)]

    assert taken(message("one", 1, 2)) == [1, 2]
    assert taken(message("one", 1, 2, 3)) == [3]
    assert taken(message("two", 1)) == [1]
    assert lenet.acks == {"one": 3, "two": 1}

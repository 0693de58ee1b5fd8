"""Words of a file that people are shown: nothing of a file reaches a message or a page before it passed here."""

from __future__ import annotations

from composer.errors import CheckpointError

MOST = 300
"""Characters of a message."""
NAME = 1000
"""Characters of a name."""


def readable(text: str, most: int) -> str:
    """`text` as one line of at most `most` characters, each of which can be seen."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(each if each.isprintable() else "�" for each in short)


def quoted(text: str, most: int = 40) -> str:
    """Something that a file says, for a message."""
    return f"“{readable(text, most)}”"


def damaged(what: str) -> CheckpointError:
    """The refusal of a file that is not as the program that wrote it left it: `what` says where, without a full stop.

    Whoever opened the file puts its name before this, as before every reason.
    """
    return CheckpointError(f"{what}. The file is damaged: download or save it again.")


def checked_name(name: str) -> str:
    """A name from a file, as it is.

    Raises:
        CheckpointError: where it is not a line of text that can be shown.
    """
    if not name:
        raise CheckpointError("something in it has an empty name. Save it under names of at least one character.")
    if len(name) > NAME:
        raise CheckpointError(
            f"the name {quoted(name)} has more than {NAME:,} characters. Save it under shorter names."
        )
    if not name.isprintable():
        raise CheckpointError(
            f"the name {quoted(name)} holds characters that cannot be shown. Save it under names of plain text."
        )
    return name

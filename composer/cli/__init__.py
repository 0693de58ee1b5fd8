"""The command `block-composer`.

Exit status: 0 fine, 1 something has problems, differs, does not fit or was refused, 2 the command was used wrongly.
What needs torch or streamlit is imported by the commands that do.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from composer.cli import bench, diff, documents, export, look, models, run, train
from composer.cli.group import cli

__all__ = ["bench", "cli", "diff", "documents", "export", "look", "main", "models", "run", "train"]


def main() -> None:
    """Run the command with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without × or ─ gets something, not an error
    cli(prog_name="block-composer")

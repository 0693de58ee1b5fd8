"""The command `block-composer`.

Exit status: 0 fine, 1 the design has problems or was refused, 2 the command was used wrongly. What needs torch
or streamlit is imported by the commands that do.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from composer.cli import bench, documents, models
from composer.cli.group import cli

__all__ = ["bench", "cli", "documents", "main", "models"]


def main() -> None:
    """Run the command with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without × or ─ gets something, not an error
    cli(prog_name="block-composer")

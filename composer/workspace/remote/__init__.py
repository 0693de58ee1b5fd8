"""A workspace on any file system that fsspec knows: a copy on this disk, kept in step with a folder elsewhere.

Everything reads and writes the copy, as if it were the workspace. A mirror carries what changed to the other side, in
both directions, again and again until it is there; what changed on both sides stays on both, side by side.
"""

from composer.workspace.remote.address import is_remote, local_path, shown
from composer.workspace.remote.manifest import Conflict
from composer.workspace.remote.mirror import Mirror, Status, current, mirrored
from composer.workspace.remote.store import RemoteError

__all__ = [
    "Conflict",
    "Mirror",
    "RemoteError",
    "Status",
    "current",
    "is_remote",
    "local_path",
    "mirrored",
    "shown",
]

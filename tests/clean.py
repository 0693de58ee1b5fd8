"""Running exported files in a clean process: nothing there but Python and torch.

As a script: `python clean.py FOLDER`, where FOLDER/<name>/ holds model.py, state.pt and inputs.pt; it writes
result.pt: keys, ties and outputs, or the text of the error.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any


def run_clean(folder: Path) -> None:
    """Run every exported model below `folder` in one process that cannot import composer."""
    subprocess.run([sys.executable, "-W", "ignore", __file__, str(folder)], check=True, cwd=folder, timeout=280)


def ties(module: Any) -> list[list[str]]:
    """Groups of state-dict names with one storage."""
    groups: dict[tuple[int, int], list[str]] = {}
    for name, tensor in module.state_dict(keep_vars=True).items():
        groups.setdefault((tensor.data_ptr(), id(tensor)), []).append(name)
    return sorted(group for group in groups.values() if len(group) > 1)


def main(folder: Path) -> None:
    import importlib.util

    import torch

    sys.modules["composer"] = None  # type: ignore[assignment]  # importing it now raises ImportError
    torch.set_num_threads(1)
    for each in sorted(folder.iterdir()):
        if not each.is_dir():
            continue
        spec = importlib.util.spec_from_file_location(f"exported_{each.name}", each / "model.py")
        assert spec and spec.loader
        file = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(file)
        given = torch.load(each / "inputs.pt")
        torch.manual_seed(given["seed"])
        model = getattr(file, file.__all__[0])()
        initial = {k: v.clone() for k, v in model.state_dict().items()} if not given["lazy"] else {}
        model.load_state_dict(torch.load(each / "state.pt"))
        model.eval()
        with torch.no_grad():
            output = model(*given["inputs"])
        torch.save(
            {
                "name": file.__all__[0],
                "class": type(model).__name__,
                "keys": list(model.state_dict()),
                "ties": ties(model),
                "trainable": [name for name, p in model.named_parameters() if p.requires_grad],
                "initial": initial,
                "output": output,
            },
            each / "result.pt",
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

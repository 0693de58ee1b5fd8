"""The rules of the house: which room may import which, and what never enters the server process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "composer"

LOWEST = {
    "reports", "tensor_reports", "initial_reports", "errors", "expressions", "tensor_expressions", "indices", "memo",
    "signals", "storage_reports", "trial_reports", "checkpoint_reports", "export_reports", "shelf_reports",
    "device_reports", "data_reports", "training_reports", "atomic",
}  # fmt: skip
PURE = {"design", "catalog", "codegen", "templates", "matching", "recordings", "training"} | LOWEST
ALLOWED = {
    "reports": {"errors"},
    "tensor_reports": {"reports"},
    "initial_reports": {"signals", "tensor_reports"},
    "errors": set(),
    "indices": {"errors"},
    "expressions": set(),
    "tensor_expressions": {"tensor_expressions"},
    "memo": set(),
    "signals": {"tensor_reports"},
    "storage_reports": set(),
    "trial_reports": set(),
    "checkpoint_reports": {"reports", "tensor_reports"},
    "export_reports": set(),
    "shelf_reports": set(),
    "device_reports": set(),
    "data_reports": set(),
    "atomic": set(),
    "training_reports": {"data_reports", "errors"},
    "training": {"training", "design", "catalog"} | LOWEST,
    "matching": {"matching"} | LOWEST,
    "recordings": {"recordings", "design"} | LOWEST,
    "catalog": {"catalog"} | LOWEST,
    "design": {"design", "catalog"} | LOWEST,
    "codegen": {"codegen", "design", "catalog"} | LOWEST,
    "templates": {"templates", "design"} | LOWEST,
    "engine": {"engine"} | PURE,
    "kernel": {"kernel", "engine"} | PURE,
    "workspace": {"workspace"} | PURE,
    "views": {"views"} | PURE,
    "ui": {"ui", "kernel", "views", "workspace"} | PURE,
    "web": {"web", "ui", "kernel", "views", "workspace"} | PURE,
    "cli": {"cli", "web", "engine", "views", "workspace"} | PURE,
    "__main__": {"cli"},
}
CLIENT_OF_KERNEL = {"ui", "web"}
HEAVY = {"torch", "numpy", "streamlit", "pandas", "plotly", "sklearn", "safetensors"}
STREAMLIT_ROOMS = {"ui", "web"}


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "composer" and len(parts) > 1 and parts[1] != "__version__":
            assert parts[1] in ALLOWED[room], f"{room} imports {name}"
        if parts[0] in HEAVY and room in PURE:
            raise AssertionError(f"the pure room {room} imports {name}")
        if parts[0] == "streamlit":
            assert room in STREAMLIT_ROOMS, f"{room} imports streamlit"
        if parts[0] == "torch":
            assert room in {"engine", "kernel"}, f"{room} imports torch"


def test_pages_import_no_engine() -> None:
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for name in _imports(path):
            assert not name.startswith(("composer.engine", "torch")), f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "module",
    [
        "composer.design.text",
        "composer.design.check",
        "composer.codegen.source",
        "composer.codegen.gate",
        "composer.catalog",
        "composer.reports",
        "composer.tensor_reports",
        "composer.data_reports",
    ],
)
def test_pure_rooms_load_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {sorted(HEAVY)!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_top_level_holds_what_was_agreed() -> None:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    top = {name.split("/")[0] for name in listed}
    assert {name for name in top if not name.startswith(".")} <= {
        "pyproject.toml",
        "composer",
        "pages",
        "tests",
        "README.md",
    }

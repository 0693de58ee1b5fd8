"""Exporting the code as a person does, and running it where composer is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import torch
from playwright.sync_api import expect

from composer.design.document import Design
from composer.engine.build import live
from tests.browser.app import App

_RUN = """
import importlib.util, json, sys
sys.modules["composer"] = None  # importing it now fails
import torch
torch.set_num_threads(1)
spec = importlib.util.spec_from_file_location("exported", sys.argv[1])
file = importlib.util.module_from_spec(spec)
spec.loader.exec_module(file)
torch.manual_seed(0)
model = getattr(file, file.__all__[0])().eval()
x = torch.linspace(-1, 1, int(sys.argv[3])).reshape(json.loads(sys.argv[2]))
torch.save({"output": model(x).detach(), "keys": list(model.state_dict())}, sys.argv[4])
"""


def export(app: App, design: Design, folder: Path, shape: tuple[int, ...]) -> list[str]:
    """Export the code and run it in a clean process: its output is the live model's. Returns the keys."""
    expect(app.page.get_by_text("No problems")).to_be_visible()
    app.button("Export").click()
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name="Code (.py)").click()
    download.value.save_as(folder / "model.py")
    size = torch.Size(shape).numel()
    arguments = [str(folder / "model.py"), json.dumps(shape), str(size), str(folder / "result.pt")]
    subprocess.run([sys.executable, "-W", "ignore", "-c", _RUN, *arguments], check=True, cwd=folder, timeout=120)
    result = torch.load(folder / "result.pt")
    model = live(design).eval()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        output = model(torch.linspace(-1, 1, size).reshape(shape))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(result["output"], output.detach())
    assert result["keys"] == list(model.state_dict())
    return list(result["keys"])

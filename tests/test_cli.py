"""The command: every subcommand, its output, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from composer import __version__, templates
from composer.cli import cli
from composer.design import text
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Repeat, Sequential
from tests.codegen.test_custom_layers import reduction, used
from tests.views.designs import design, linear

ROOT = Path(__file__).parents[1]
Run = Callable[..., Result]

# One problem that fixes are offered for, and one that only a run shows.
WRONG = design(Layer(id="a\x1b[31m", kind="Linear", options={"in_features": 4}), linear("b"))
MISFIT = design(linear("a", 4, 5), linear("b", 6, 7))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str | Path, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(cli, list(map(str, arguments)), input=input, prog_name="block-composer")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


def saved(net: Design, name: str = "net.json") -> Path:
    path = Path(name).resolve()
    path.write_text(text.dumps(net), encoding="utf-8")
    return path


def test_version_and_help(run: Run) -> None:
    assert run("--version").output == f"block-composer, version {__version__}\n"
    shown = run("-h").output
    commands = ("new", "templates", "check", "summary", "export", "graph", "run", "look", "diff", "bench", "schema")
    for command in commands:
        assert f"\n  {command} " in shown
        assert run(command, "--help").exit_code == 0


def test_templates(run: Run) -> None:
    assert "lenet" in run("templates").output
    rows = json.loads(run("templates", "--json").output)
    assert [row["name"] for row in rows] == list(templates.names())
    assert all(row["description"] for row in rows)


def test_schema(run: Run) -> None:
    assert json.loads(run("schema").output) == text.json_schema()


def test_new_writes_a_file_and_replaces_none(run: Run) -> None:
    assert run("new", "lenet").output == "Wrote lenet.json.\n"
    assert Path("lenet.json").read_text(encoding="utf-8") == templates.text("lenet")
    again = run("new", "lenet")
    assert (again.exit_code, again.stderr) == (1, "Error: lenet.json is there already; --force replaces it.\n")
    assert run("new", "mlp", "lenet.json", "--force").exit_code == 0
    assert Path("lenet.json").read_text(encoding="utf-8") == templates.text("mlp")
    assert run("new", "mlp", "-").output == templates.text("mlp")
    assert run("new", "no-such").exit_code == 2


def test_check(run: Run) -> None:
    fine = run("check", "lenet")
    assert (fine.exit_code, fine.output) == (0, "no problems\n")
    assert json.loads(run("check", "lenet", "--json").output) == {"ok": True, "problems": [], "fixed": []}
    wrong = run("check", saved(WRONG))
    assert wrong.exit_code == 1
    assert wrong.output.startswith("a\\u{1b}[31m: expects ")
    plain = json.loads(run("check", saved(MISFIT), "--json").output)
    assert plain["ok"] is False
    assert [(each["path"], each["expected"]) for each in plain["problems"]] == [("b", "6 input features")]


def test_fixes_are_printed(run: Run) -> None:
    broken = design(linear("a"), linear("b", 4, 4, "nowhere"))
    lines = run("check", saved(broken)).output.splitlines()
    assert lines[0].startswith("b: expects ")
    assert lines[1].startswith("  fix: ")


def test_certain_fixes_are_applied(run: Run) -> None:
    path = saved(MISFIT)
    fixed = run("check", path, "--fix")
    assert (fixed.exit_code, fixed.output) == (0, "fixed  b: set in_features=5\nno problems\n")
    assert run("check", path).exit_code == 0
    assert text.loads(path.read_bytes()).root.children[1].options == {"in_features": 5, "out_features": 7}


def test_fixes_that_need_a_choice_are_left(run: Run) -> None:
    path = saved(design(linear("a"), linear("b", 4, 4, "nowhere")))
    before = path.read_bytes()
    left = run("check", path, "--fix")
    assert left.exit_code == 1
    assert left.output.startswith("b: expects ")
    assert path.read_bytes() == before


def test_a_fix_that_only_fits_one_instance_is_not_tried_for_ever(run: Run) -> None:
    path = saved(design(Repeat(id="r", times=5, body=linear("0", 4, 8))))
    left = run("check", path, "--fix")
    assert (left.exit_code, "fixed" in left.output) == (1, False)


def test_a_design_that_fits_some_sizes_is_checked_and_runs(run: Run) -> None:
    conv = Layer(id="a", kind="Conv2d", options={"in_channels": 3, "out_channels": 2, "kernel_size": 11})
    path = saved(Design(inputs=(Input(shape=("N", 3, "H", "W")),), root=Sequential(nodes=(conv,))))
    checked = run("check", path)
    assert (checked.exit_code, "it runs at N=16, H=24, W=34" in checked.output) == (1, True)
    assert run("run", path, "--data", "random", "--size", "H=20", "--size", "W=20").exit_code == 0


def test_where_fixes_are_written(run: Run) -> None:
    assert run("check", saved(MISFIT), "-o", "x.json").exit_code == 2, "-o goes with --fix"
    assert run("check", saved(MISFIT), "--fix", "-o", "x.json").exit_code == 0
    assert text.loads(Path("x.json").read_bytes()) != MISFIT
    assert text.loads(Path("net.json").read_bytes()) == MISFIT
    piped = run("check", "-", "--fix", input=text.dumps(MISFIT))
    assert (piped.exit_code, "Name a file with -o" in piped.stderr) == (2, True)


def test_a_design_from_standard_input(run: Run) -> None:
    assert run("check", "-", input=templates.text("mlp")).exit_code == 0
    assert run("check", "-", input=b"\xff\x00").exit_code == 1


def test_a_file_comes_before_a_template(run: Run) -> None:
    saved(MISFIT, "lenet")
    assert run("check", "lenet").exit_code == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the design: expects JSON text, received "),
        (b'{"a":', "the design: expects JSON text, received "),
        (b"\x80PK\x03\x04", "the design: expects JSON text, received "),
        (b"[]", 'the design: expects a JSON object with "format": "block-composer", received JSON list'),
        (b'{"format": "block-composer", "version": 9}', "the design: expects version 1, received version 9"),
        (b"[" * 100_000, "the design: expects JSON text, received values nested too deep"),
    ],
)
@pytest.mark.parametrize("command", ["check", "summary", "export", "graph", "run"])
def test_what_is_no_design_is_refused(run: Run, command: str, content: bytes, message: str) -> None:
    Path("wrong.json").write_bytes(content)
    result = run(command, "wrong.json")
    assert result.exit_code == 1
    assert result.output.startswith(message)


def test_refusals_as_json(run: Run) -> None:
    Path("wrong.json").write_bytes(b"[]")
    (problem,) = json.loads(run("check", "wrong.json", "--json").output)["problems"]
    assert problem["code"] == "not-a-design"


def test_files_that_cannot_be_read(run: Run) -> None:
    Path("folder").mkdir()
    assert "folder cannot be read: Is a directory." in run("check", "folder").stderr
    assert run("check", "folder").exit_code == 2
    missing = run("check", "lennet")
    assert missing.exit_code == 2
    assert "there is no file and no template 'lennet' (perhaps lenet" in missing.stderr
    assert run("check", "nul\0l").exit_code == 2
    assert run("check", "x" * 5000).exit_code == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(run: Run) -> None:
    path = saved(MISFIT)
    path.chmod(0)
    assert "Permission denied" in run("check", path).stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless file")
def test_endless_files_end(run: Run) -> None:
    assert "at most 8,000,000 are read" in run("check", "/dev/zero").output


def test_summary(run: Run) -> None:
    shown = run("summary", "lenet", "--size", "N=10").output
    assert "fc3       Linear      N×10               850" in shown
    assert "parameters          61,706 (61.7 k)\n" in shown
    assert "training for N=10" in shown
    assert "conv1" not in run("summary", "lenet", "--depth", "1").output


def test_summary_as_json(run: Run) -> None:
    plain = json.loads(run("summary", "lenet", "--json", "--size", "N=1").output)
    assert (plain["name"], plain["sizes"], plain["parameters"], plain["trainable"]) == ("LeNet", {"N": 1}, 61706, 61706)
    assert plain["memory"]["parameters"] == 4 * 61706
    assert plain["problems"] == []
    rows = {row["path"]: row for row in plain["rows"]}
    assert rows["classifier.fc3"]["output"] == {"shape": ["N", 10], "dtype": "float32"}
    assert rows["classifier.fc3"]["flops"] == 2 * 84 * 10
    assert plain["flops"] == rows[""]["flops"] == sum(row["flops"] for path, row in rows.items() if "." in path)


def test_summary_of_a_wrong_design(run: Run) -> None:
    result = run("summary", saved(MISFIT))
    assert result.exit_code == 1
    assert "  a  Linear      N×5" in result.stdout
    assert result.stderr.startswith("b: expects 6 input features")
    assert "unknown: the design has problems" in result.stdout
    assert json.loads(run("summary", saved(WRONG), "--json").stdout)["parameters"] is None


@pytest.mark.parametrize("size", ["M=3", "N", "N=", "N=0", "N=-1", "=3", "N=x", "N=99999999999"])
def test_sizes_that_mean_nothing(run: Run, size: str) -> None:
    for command in ("summary", "run"):
        assert run(command, "lenet", "--size", size).exit_code == 2


def test_export(run: Run) -> None:
    printed = run("export", "lenet").output
    assert "class LeNet(nn.Sequential):" in printed
    assert "# N×6×28×28" in printed
    assert run("export", "lenet", "-o", "model.py").output == ""
    assert Path("model.py").read_text(encoding="utf-8") == printed
    misfit = run("export", saved(MISFIT))
    assert (misfit.exit_code, "class Net" in misfit.stdout) == (1, True)
    wrong = run("export", saved(WRONG))
    assert (wrong.exit_code, wrong.stdout) == (1, "")


@pytest.mark.parametrize(
    ("name", "start"), [("a.dot", b"digraph"), ("a.svg", b"<svg"), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF")]
)
def test_graph(run: Run, name: str, start: bytes) -> None:
    assert run("graph", "lenet", "-o", name).exit_code == 0
    assert Path(name).read_bytes().startswith(start)


def test_graph_options(run: Run) -> None:
    assert run("graph", "lenet").output.startswith("digraph")
    assert "N×6×28×28" in run("graph", "lenet").output
    assert "N×6×28×28" not in run("graph", "lenet", "--no-shapes").output
    assert run("graph", "resnet18").output.count("Conv2d") == 1
    assert run("graph", "resnet18", "--expand", "layer1.0").output.count("Conv2d") == 3
    assert run("graph", "resnet18", "--expand-all").output.count("Conv2d") == 20
    assert "4 nodes" in run("graph", "resnet18", "--depth", "0").output
    assert run("graph", "lenet", "--theme", "dark").output != run("graph", "lenet").output
    assert run("graph", "lenet", "-o", "a.bmp").exit_code == 2
    assert "nothing to expand at 'nowhere'" in run("graph", "lenet", "--expand", "nowhere").stderr


def test_graph_of_a_wrong_design(run: Run) -> None:
    for options in ((), ("--no-shapes",)):
        result = run("graph", saved(WRONG), "-o", "a.svg", *options)
        assert result.exit_code == 1
        assert "problem" in Path("a.svg").read_text(encoding="utf-8")
        assert result.stderr.startswith("a\\u{1b}[31m: expects ")


def test_outputs_that_cannot_be_written(run: Run) -> None:
    result = run("export", "lenet", "-o", "no/folder.py")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: no/folder.py cannot be written: No such file or directory.\n",
    )
    Path("folder.svg").mkdir()
    assert run("graph", "lenet", "-o", "folder.svg").exit_code == 1


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there is no such device")
def test_a_device_is_written_to_and_never_replaced(run: Run) -> None:
    assert run("export", "lenet", "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_run_on_digits(run: Run) -> None:
    shown = run("run", "lenet", "--samples", "3").output
    assert shown.startswith("data: 3 of scikit-learn's 1,797 handwritten digits")
    assert "\noutput: 3×10 float32\n" in shown
    one, two = (json.loads(run("run", "lenet", "--json", "--seed", "7").output) for _ in range(2))
    assert one["outputs"] == two["outputs"]
    assert one["outputs"][0]["shape"] == [4, 10]
    assert len(one["labels"]) == 4


def test_run_on_random_values(run: Run) -> None:
    assert "random values" in run("run", "mlp").output
    shown = run("run", "lenet", "--data", "random", "--size", "N=2").output
    assert "\noutput: 2×10 float32\n" in shown
    refused = run("run", "mlp", "--data", "digits")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("x: expects one input of images")
    assert "at most 1,797 digits" in run("run", "lenet", "--samples", "2000").stderr


def test_run_of_what_cannot_run(run: Run) -> None:
    misfit = run("run", saved(MISFIT))
    assert (misfit.exit_code, misfit.stdout) == (1, "")
    words = Design(
        inputs=(Input(name="x", shape=("N",), dtype="int64", high=100),),
        root=Sequential(nodes=(Layer(id="e", kind="Embedding", options={"num_embeddings": 1, "embedding_dim": 2}),)),
    )
    result = run("run", saved(words), "--samples", "50")
    assert result.exit_code == 1
    assert result.stderr.startswith("e: expects input that Embedding can take, received 50 int64 with values from 1 to")
    huge = run("run", saved(design(Layer(id="a", kind="ReLU"), shape=("N", 2**30, 2**20))))
    assert huge.exit_code == 1
    assert huge.stderr.startswith("Error: The design cannot run on this data: ")


def test_options_of_the_app_are_for_the_app(run: Run) -> None:
    assert run("--port", "8000", "check", "lenet").exit_code == 2
    assert run("--upload-limit", "1GB", "check", "lenet").exit_code == 2
    assert run("no-such-command").exit_code == 2


def test_without_a_command_the_app_is_served(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from composer.web import serve

    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(serve, "serve", lambda *arguments: calls.append(arguments))
    assert run().exit_code == 0
    assert run("--port", "8600", "--no-browser", "--workspace", "here", "--upload-limit", "20GB").exit_code == 0
    assert calls == [(None, True, None, None), (8600, False, Path("here"), 20 * 10**9)]
    assert "'much' is no size, such as 20 GB" in run("--upload-limit", "much").stderr

    def taken(*arguments: object) -> None:
        raise OSError("Port 8600 is taken by another program.")

    monkeypatch.setattr(serve, "serve", taken)
    result = run("--port", "8600")
    assert (result.exit_code, result.stderr) == (1, "Error: Port 8600 is taken by another program.\n")


def test_a_workspace_that_cannot_be_used_is_told_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOCK_COMPOSER_WORKSPACE", "")  # put back afterwards
    Path("file").write_text("", encoding="utf-8")
    result = run("--no-browser", "--workspace", "file/below")
    assert (result.exit_code, "file" in result.output) == (1, True)


def test_as_a_module_of_its_own(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-W", "error", "-m", "composer", "summary", "tied_mlp"]
    result = subprocess.run(command, capture_output=True, encoding="latin-1", cwd=tmp_path, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "parameters          121\n" in result.stdout
    assert "N×8" in result.stdout
    assert "\\u2500" in result.stdout, "a terminal without ─ gets something else"


def test_what_needs_no_torch_loads_none(tmp_path: Path) -> None:
    code = """
import sys
from composer.cli import cli
for arguments in (["schema"], ["templates"], ["new", "lenet"], ["graph", "lenet", "--no-shapes", "-o", "a.svg"]):
    cli(arguments, standalone_mode=False)
print([name for name in ("torch", "numpy", "streamlit", "sklearn") if name in sys.modules])
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    assert result.stdout.splitlines()[-1] == "[]"


def test_code_of_a_design_runs_only_where_it_is_asked_for(run: Run) -> None:
    path = saved(used(reduction(), units=3))
    unknown = run("summary", path)
    assert "N×3" not in unknown.output and "code of its own was not run (--run-code runs it)" in unknown.output
    assert "N×3" in run("summary", path, "--run-code").output
    for command in (("check",), ("export",), ("graph",), ("run", "--data", "random")):
        assert run(command[0], path, *command[1:]).exit_code == 0

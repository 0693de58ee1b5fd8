"""The commands on files of tensors: look, diff, and export and run with weights."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from safetensors.torch import load_file, save_file
from torch import Tensor

from composer import templates
from composer.cli import cli
from composer.design import text
from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.engine.build import live
from tests.codegen.test_custom_layers import reduction, used
from tests.views.designs import design, linear

Run = Callable[..., Result]

LAZY = Design(
    inputs=(Input(shape=("N", 4)),),
    root=Sequential(nodes=(Layer(id="0", kind="LazyLinear", options={"out_features": 3}),)),
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str | Path, status: int = 0, input: str | None = None) -> Result:
        result = CliRunner().invoke(cli, list(map(str, arguments)), input=input, prog_name="block-composer")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert (result.exit_code, "Traceback" in result.output) == (status, False), result.output
        return result

    return invoke


def saved(net: Design, name: str = "net.json") -> Path:
    path = Path(name)
    path.write_text(text.dumps(net), encoding="utf-8")
    return path


def random_weights(name: str, seed: int = 0) -> dict[str, Tensor]:
    """A state dict for the template `name`, of random values."""
    draw = torch.Generator().manual_seed(seed)
    return {key: torch.randn(each.shape, generator=draw) / 8 for key, each in initial(name).items()}


def initial(name: str) -> dict[str, Tensor]:
    return dict(live(templates.load(name)).state_dict())


def same(left: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


# look


def test_what_a_file_holds(run: Run) -> None:
    weights = random_weights("lenet")
    weights["features.conv1.bias"][0], weights["features.conv1.bias"][1:3] = float("nan"), float("-inf")
    torch.save({"model": weights, "epoch": 7}, "a.pt")
    shown = run("look", "a.pt").output
    lines = shown.splitlines()
    assert lines[0] == "format  pt"
    assert lines[1] == f"size    {Path('a.pt').stat().st_size / 1024:.0f} KiB ({Path('a.pt').stat().st_size:,} bytes)"
    assert lines[2:4] == ["part    model: state dict, 10 tensors", "also    epoch = 7"]
    assert "\nfeatures.conv1.weight  6×1×5×5   float32" in shown
    assert "1 NaN and 2 infinite of 6 values" in shown
    assert max(map(len, lines)) <= 100


def test_what_a_file_holds_as_json(run: Run) -> None:
    shared = torch.tensor([1.0, 3.0, float("inf")])
    torch.save({"model": {"a": shared, "b": shared, "c": torch.zeros(2, 2, dtype=torch.int64)}, "lr": 0.5}, "a.pt")
    found = json.loads(run("look", "a.pt", "--json").output)
    assert (found["format"], found["bytes"], found["bundle"]) == ("pt", Path("a.pt").stat().st_size, None)
    assert (found["values"], found["fit"]) == ({"lr": "0.5"}, None)
    (part,) = found["parts"]
    assert (part["path"], part["sort"]) == ("model", "state dict")
    first, second, third = part["tensors"]
    assert (first["shape"], first["dtype"], first["bytes"], first["tied_to"]) == ([3], "float32", 12, None)
    assert (first["mean"], first["inf"], second["tied_to"]) == (2.0, 1, "a")
    assert (third["shape"], third["zeros"]) == ([2, 2], 4)


def test_parts_of_a_file(run: Run) -> None:
    model = live(templates.load("mlp"))
    adam = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 20)).sum().backward()
    adam.step()
    torch.save({"optimizer": adam.state_dict(), "model": model.state_dict()}, "a.pt")
    shown = run("look", "a.pt", "mlp").output
    assert "part    optimizer: optimizer, 12 tensors" in shown
    assert "\nmodel: state dict, 4 tensors:\n" in shown and "matched: 4" in shown
    assert "state.0.exp_avg " in run("look", "a.pt", "--part", "optimizer").output
    assert len(json.loads(run("look", "a.pt", "--part", "model", "--json").output)["parts"]) == 1
    refused = run("look", "a.pt", "--part", "ema", status=2)
    assert "There is no part 'ema' in the file; there: 'optimizer', 'model'." in refused.stderr


def test_which_key_goes_where(run: Run) -> None:
    weights = random_weights("lenet")
    weights["features.conv1.bias"] = torch.ones(7)
    weights["features.conv2.bias"] = weights["features.conv2.bias"].half()
    del weights["classifier.fc3.bias"]
    weights["more"] = torch.ones(2)
    save_file(weights, "a.safetensors")
    shown = run("look", "a.safetensors", "lenet", status=1).output
    assert "matched: 7, shape differs: 1, dtype differs: 1, missing: 1, unexpected: 1" in shown
    assert "expects 6, the file has 7: only slices of it would fit" in shown
    assert max(map(len, shown.splitlines())) <= 100
    fit = json.loads(run("look", "a.safetensors", "lenet", "--json", status=1).output)["fit"]
    assert fit["complete"] is False and fit["counts"]["missing"] == 1
    states = {row["name"] or row["key"]: row["state"] for row in fit["rows"]}
    assert states["features.conv2.bias"] == "dtype differs" and states["more"] == "unexpected"
    piped = run("look", "a.safetensors", "-", input=templates.text("lenet"), status=1)
    assert piped.output == shown


def test_a_file_that_fits(run: Run) -> None:
    save_file(random_weights("lenet"), "a.safetensors")
    assert run("look", "a.safetensors", "lenet").output.endswith("matched: 10\n")
    assert json.loads(run("look", "a.safetensors", "lenet", "--json").output)["fit"]["complete"] is True


def test_a_design_with_problems_is_matched_all_the_same(run: Run) -> None:
    save_file({"a.weight": torch.ones(5, 4), "a.bias": torch.ones(5)}, "a.safetensors")
    result = run("look", "a.safetensors", saved(design(linear("a", 4, 5), linear("b", 6, 7))), status=1)
    assert "matched: 2, missing: 2" in result.stdout
    assert result.stderr.startswith("b: expects 6 input features")


def test_rules_for_names(run: Run) -> None:
    save_file({f"module.{name}": each for name, each in random_weights("lenet").items()}, "a.safetensors")
    shown = run("look", "a.safetensors", "lenet", status=1).output
    assert shown.endswith(
        "suggested: 10 of 10 names fit with 'module.' taken away\n  --rename module.=\n--suggested takes it\n"
    )
    for options in (("--rename", "module.="), ("--regex", r"^module\.="), ("--suggested",)):
        assert "from module.classifier.fc3.bias" in run("look", "a.safetensors", "lenet", *options).output
        run("export", "lenet", "--weights", "a.safetensors", *options, "-o", "b.safetensors")
        assert same(load_file("b.safetensors"), random_weights("lenet"))
    twice = ("--rename", "module.=x.", "--rename", "x.=", "--regex", "fc([0-9])=fc\\1")
    assert "matched: 10" in run("look", "a.safetensors", "lenet", *twice).output


def test_weights_that_are_stored_transposed(run: Run) -> None:
    weights = random_weights("lenet")
    stored = {f"net.{name.split('.', 1)[1]}": each for name, each in weights.items()}
    save_file(
        {name: each.t().contiguous() if each.dim() == 2 else each for name, each in stored.items()}, "a.safetensors"
    )
    assert ", transposed\n" in run("look", "a.safetensors", "lenet", status=1).output
    run("export", "lenet", "--weights", "a.safetensors", "--suggested", "-o", "b.pt")
    assert same(torch.load("b.pt"), weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rename", "a"), "'a' is not of the form OLD=NEW."),
        (("--rename", "="), "Expected a prefix to take away or to add, received neither."),
        (("--regex", "(=b"), "Expected a regular expression that RE2 knows"),
        (("--regex", "a=\\1"), "The new name refers to group 1; the pattern has 0."),
        (("--suggested",), "There are no rules to suggest for this file"),
        (("--suggested", "--rename", "a=b"), "Give rules or --suggested, not both."),
    ],
)
def test_rules_that_are_none(run: Run, options: tuple[str, ...], message: str) -> None:
    save_file(random_weights("lenet"), "a.safetensors")
    assert message in run("look", "a.safetensors", "lenet", *options, status=2).stderr


def test_options_that_go_with_others(run: Run) -> None:
    save_file(random_weights("lenet"), "a.safetensors")
    assert "go with DESIGN" in run("look", "a.safetensors", "--rename", "a=b", status=2).stderr
    for option in (("--partial",), ("--part", "x"), ("--suggested",)):
        for command in (("run", "lenet"), ("export", "lenet", "-o", "x.pt")):
            assert "go with --weights" in run(*command, *option, status=2).stderr


# Refused


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("mark",)


def hostile() -> Path:
    torch.save({"a": torch.ones(2), "b": Evil()}, "evil.pt")
    return Path("evil.pt")


@pytest.mark.parametrize(
    "command",
    [("look", "evil.pt"), ("diff", "evil.pt", "good.pt"), ("diff", "good.pt", "evil.pt"),
     ("run", "mlp", "--weights", "evil.pt"), ("export", "mlp", "--weights", "evil.pt", "-o", "x.zip")],
)  # fmt: skip
def test_a_hostile_file_is_refused(run: Run, command: tuple[str, ...]) -> None:
    torch.save(random_weights("mlp"), "good.pt")
    hostile()
    result = run(*command, status=1)
    assert result.stdout == "" and result.stderr.startswith("evil.pt: ")
    assert len(result.stderr.splitlines()) == 1
    assert not Path("mark").exists() and not Path("x.zip").exists()


@pytest.mark.parametrize("name", ["a.pt", "a.safetensors", "a.composer"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x08\0\0\0\0\0\0\0[[[[[[[[", b"\x80\x02}q\0."])
def test_what_is_no_file_of_tensors_is_refused(run: Run, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    result = run("look", name, status=1)
    assert (result.stdout, result.stderr.startswith(f"{name}: ")) == ("", True)


def test_files_that_are_not_there(run: Run) -> None:
    save_file(random_weights("mlp"), "a.safetensors")
    for command in (("look", "b.pt"), ("diff", "a.safetensors", "b.pt"), ("run", "mlp", "--weights", "b.pt")):
        assert "'b.pt' does not exist" in run(*command, status=2).stderr
    assert "no template 'b.composer'" in run("export", "b.composer", status=2).stderr
    Path("folder.composer").mkdir()
    assert "it is no file" in run("look", "folder.composer", status=1).stderr


def test_names_in_files_are_escaped(run: Run) -> None:
    torch.save({"epoch": "\x1b[31m", "a": torch.ones(1)}, "a.pt")
    assert "\x1b" not in run("look", "a.pt").output
    save_file({"a": torch.ones(1)}, "a.safetensors", {"about\u202e": "\x1b[31m"})
    assert "also    about\\u{202e} = \\u{1b}[31m\n" in run("look", "a.safetensors").output


def test_names_of_files_are_escaped(run: Run) -> None:
    Path("a\x1b[31m.pt").write_bytes(b"")
    shown = run("look", "a\x1b[31m.pt", status=1).stderr
    assert "\x1b" not in shown
    save_file(random_weights("mlp"), "b\x1b[31m.safetensors")
    loaded = run("export", "mlp", "--weights", "b\x1b[31m.safetensors", "-o", "c\x1b.pt").output
    assert "\x1b" not in loaded and "from b\\u{1b}[31m.safetensors." in loaded


# diff


def test_equal_files(run: Run) -> None:
    weights = random_weights("lenet")
    torch.save({"state_dict": weights, "epoch": 3}, "a.pt")
    save_file(weights, "b.safetensors")
    shown = run("diff", "a.pt", "b.safetensors").output
    assert shown.startswith("left   a.pt, part state_dict\nright  b.safetensors\n")
    assert shown.endswith("equal: 10\n")
    found = json.loads(run("diff", "a.pt", "b.safetensors", "--json").output)
    assert (found["parts"], found["equal"], found["counts"]) == (["state_dict", ""], True, {"equal": 10})


def test_files_that_differ(run: Run) -> None:
    left = random_weights("mlp")
    right = {name: each.clone() for name, each in left.items()}
    first, second, third, fourth = left
    right[second][1] += 0.5
    right[third][0, 0] = float("nan")
    right[fourth] = torch.zeros(3, 3)
    left["only"], right["also"] = torch.ones(1), torch.ones(1)
    torch.save(left, "a.pt")
    torch.save(right, "b.pt")
    shown = run("diff", "a.pt", "b.pt", status=1).output
    assert max(map(len, shown.splitlines())) <= 100
    assert "1 NaN on one side" in shown
    found = json.loads(run("diff", "a.pt", "b.pt", "--json", status=1).output)
    states = [(row["state"], row["name"]) for row in found["rows"]]
    assert states == [
        ("shape differs", fourth), ("only left", "only"), ("only right", "also"), ("differs", third),
        ("differs", second), ("equal", first),
    ]  # fmt: skip
    change = found["rows"][4]["difference"]
    expected = float((left[second] - right[second]).norm() / right[second].norm())
    assert (change["values"], change["where"]) == (1, [1])
    assert abs(change["largest"]) == pytest.approx(0.5)
    assert change["relative"] == pytest.approx(expected, rel=1e-5)


def test_optimizers_are_not_what_is_compared(run: Run) -> None:
    for name in ("a.pt", "b.pt"):
        model = torch.nn.Linear(2, 2)
        adam = torch.optim.Adam(model.parameters())
        model(torch.ones(1, 2)).sum().backward()
        adam.step()
        torch.save({"optimizer": adam.state_dict(), "model": model.state_dict()}, name)
    assert json.loads(run("diff", "a.pt", "b.pt", "--json", status=1).output)["parts"] == ["model", "model"]


def test_nothing_to_compare(run: Run) -> None:
    torch.save({"epoch": 1}, "a.pt")
    save_file(random_weights("mlp"), "b.safetensors")
    assert "holds no tensors" in run("diff", "a.pt", "b.safetensors", status=1).stderr
    assert "There is no tensor in it." in run("look", "a.pt").output
    assert "missing: 4" in run("look", "a.pt", "mlp", status=1).output


# export


def test_the_way_there_and_back(run: Run) -> None:
    run("export", "lenet", "-o", "first.safetensors")
    assert same(load_file("first.safetensors"), initial("lenet"))
    run("look", "first.safetensors", "lenet")

    changed = load_file("first.safetensors")
    changed["classifier.fc3.bias"] += 1
    torch.save(changed, "second.pt")
    found = json.loads(run("diff", "first.safetensors", "second.pt", "--json", status=1).output)
    assert [row["name"] for row in found["rows"] if row["state"] == "differs"] == ["classifier.fc3.bias"]

    said = run("export", "lenet", "--weights", "second.pt", "-o", "net.composer").output
    assert "Loaded 10 tensors from second.pt.\nRan once beside the model: outputs equal to the bit.\n" in said
    run("diff", "net.composer", "second.pt")
    shown = run("look", "net.composer", "lenet").output
    assert shown.startswith("design    LeNet\nsaved by  Block Composer ")
    assert json.loads(run("look", "net.composer", "--json").output)["bundle"]["trial"] is True

    run("export", "net.composer", "-o", "third.pt")
    run("export", "net.composer", "-o", "net.pt2")
    assert run("export", "net.composer").output == run("export", "lenet").output
    images = torch.randn(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    model = live(templates.load("lenet")).eval()
    model.load_state_dict(changed)
    again = live(templates.load("lenet")).eval()
    again.load_state_dict(torch.load("third.pt"))
    assert torch.equal(again(images), model(images))
    assert torch.allclose(torch.export.load("net.pt2").module()(images), model(images), rtol=1e-5, atol=1e-6)
    assert not list(Path().glob(".*"))


def test_a_package_of_source_and_weights(run: Run) -> None:
    weights = random_weights("mlp")
    torch.save(weights, "a.pt")
    said = run("export", "mlp", "--weights", "a.pt", "-o", "mlp.zip").output
    assert "Loaded 4 tensors from a.pt.\nRan 3 times beside the model: outputs equal to the bit.\n" in said
    with zipfile.ZipFile("mlp.zip") as archive:
        assert archive.read("model.py").decode() == run("export", "mlp").output
        archive.extract("weights.pt")
    assert same(torch.load("weights.pt"), weights)


def test_onnx(run: Run) -> None:
    for name in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(name)
    assert "Ran 3 times beside the model: outputs " in run("export", "mlp", "-o", "mlp.onnx").output


def test_weights_that_do_not_fit(run: Run) -> None:
    weights = random_weights("mlp")
    last = list(weights)[-1]
    del weights[last]
    torch.save(weights, "a.pt")
    refused = run("export", "mlp", "--weights", "a.pt", "-o", "b.pt", status=1)
    assert refused.stderr == (
        f"a.pt does not fit: {last}: the file does not have it. `block-composer look FILE DESIGN` tells all. "
        "--partial loads what fits.\n"
    )
    assert not Path("b.pt").exists()
    said = run("export", "mlp", "--weights", "a.pt", "--partial", "-o", "b.pt").output
    assert f"Loaded 3 tensors from a.pt.\n  1 tensor keeps its initial values: {last}\n" in said
    assert same(torch.load("b.pt"), {**weights, last: initial("mlp")[last]})
    strange = run("export", "lenet", "--weights", "a.pt", "--partial", "-o", "b.pt", status=1)
    assert strange.stderr.startswith("a.pt does not fit: ") and "--partial" not in strange.stderr


def test_values_that_change_on_the_way_are_told(run: Run) -> None:
    weights = {name: each.double() for name, each in random_weights("mlp").items()}
    first = next(iter(weights))
    weights[first][0, 0] = float("inf")
    torch.save(weights, "a.pt")
    said = run("export", "mlp", "--weights", "a.pt", "-o", "b.pt").output
    assert f"\n  {first}: " in said and "1 infinite" in said
    assert torch.equal(torch.load("b.pt")[first], weights[first].float())


def test_where_exports_go(run: Run) -> None:
    ends = run("export", "lenet", "-o", "lenet.bin", status=2)
    assert "lenet.bin ends in none of .py, .safetensors, .pt, .zip, .pt2, .onnx, .composer." in ends.stderr
    missing = run("export", "mlp", "-o", "no/mlp.pt", status=1)
    assert missing.stderr == "Error: no/mlp.pt cannot be written: No such file or directory.\n"
    Path("folder.pt").mkdir()
    assert "folder.pt cannot be written" in run("export", "mlp", "-o", "folder.pt", status=1).stderr
    save_file(random_weights("mlp"), "a.safetensors")
    assert "Source holds no weights" in run("export", "mlp", "--weights", "a.safetensors", status=2).stderr


def test_a_failed_export_leaves_what_was_there(run: Run) -> None:
    Path("lazy.pt2").write_text("before", encoding="utf-8")
    refused = run("export", saved(LAZY), "-o", "lazy.pt2", status=1)
    assert refused.stderr.startswith("0 is a LazyLinear that waits for its first input")
    assert Path("lazy.pt2").read_text(encoding="utf-8") == "before"
    assert sorted(map(str, Path().iterdir())) == ["lazy.pt2", "net.json"]


def test_designs_with_problems_are_not_exported(run: Run) -> None:
    wrong = saved(design(linear("a", 4, 5), linear("b", 6, 7)))
    assert run("export", wrong, "-o", "a.pt", status=1).stderr.startswith("b: expects 6 input features")
    huge = saved(design(linear("a", 4, 2**45)), "huge.json")
    assert run("export", huge, "-o", "a.pt", status=1).stderr.count("\n") == 1


def test_lazy_layers_in_files(run: Run) -> None:
    net = saved(LAZY)
    assert "No run is in it" in run("export", net, "-o", "lazy.composer").output
    assert "without sizes  0\n" in run("look", "lazy.composer").output
    assert "output: 4×3 float32" in run("run", "lazy.composer").output
    weights = {"0.weight": torch.ones(3, 4), "0.bias": torch.zeros(3)}
    torch.save(weights, "a.pt")
    run("export", net, "--weights", "a.pt", "-o", "b.pt")
    assert same(torch.load("b.pt"), weights)


def test_custom_layers_run_where_the_model_is_built(run: Run) -> None:
    run("export", saved(used(reduction(), units=3)), "-o", "a.composer")
    assert "N×3" not in run("summary", "a.composer").output
    assert "N×3" in run("summary", "a.composer", "--run-code").output


# run, and bundles as designs


def test_run_with_weights(run: Run) -> None:
    weights = random_weights("lenet")
    torch.save({f"net.{name}": each for name, each in weights.items()}, "a.pt")
    options = ("--data", "random", "--samples", "2")
    shown = run("run", "lenet", "--weights", "a.pt", "--rename", "net.=", *options).output
    assert shown.startswith("Loaded 10 tensors from a.pt.\ndata: ")
    found = json.loads(run("run", "lenet", "--weights", "a.pt", "--rename", "net.=", *options, "--json").output)
    assert (found["weights"]["file"], found["weights"]["loaded"]) == ("a.pt", list(weights))
    run("export", "lenet", "--weights", "a.pt", "--rename", "net.=", "-o", "a.composer")
    bundled = json.loads(run("run", "a.composer", *options, "--json").output)
    assert bundled["outputs"] == found["outputs"]
    plain = json.loads(run("run", "lenet", *options, "--json").output)
    assert plain["weights"] is None and plain["outputs"] != found["outputs"]
    assert run("run", "lenet", "--weights", "a.pt", status=1).stderr.startswith("a.pt does not fit: ")


def test_a_bundle_is_a_design(run: Run) -> None:
    run("export", "lenet", "-o", "a.composer")
    before = Path("a.composer").read_bytes()
    assert run("summary", "a.composer").output == run("summary", "lenet").output
    assert run("graph", "a.composer").output == run("graph", "lenet").output
    assert run("check", "a.composer").output == "no problems\n"
    assert "Name a file with -o" in run("check", "a.composer", "--fix", status=2).stderr
    assert Path("a.composer").read_bytes() == before
    save_file(random_weights("lenet"), "b.safetensors")
    run("export", "a.composer", "--weights", "b.safetensors", "-o", "c.safetensors")
    run("diff", "b.safetensors", "c.safetensors")


def test_a_bundle_whose_weights_are_not_its_designs_is_refused(run: Run) -> None:
    run("export", "mlp", "-o", "a.composer")
    weights = random_weights("mlp")
    save_file({name: each for name, each in weights.items() if name != next(iter(weights))}, "w.safetensors")
    with zipfile.ZipFile("a.composer") as archive, zipfile.ZipFile("b.composer", "w") as changed:
        for name in archive.namelist():
            held = archive.read(name)
            changed.writestr(name, Path("w.safetensors").read_bytes() if name == "weights.safetensors" else held)
    assert run("run", "b.composer", status=1).stderr.startswith("b.composer does not fit: ")

"""Every layer of the catalog against the installed torch, which is the oracle.

A new version of torch shows its differences here: a new class, option or default fails by its name.
"""

from __future__ import annotations

import copy
import inspect
import json
import warnings
from typing import Any

import pytest
import torch
from torch import nn

from composer.catalog import LAYERS, LEFT_OUT, LOSSES, OPTIONS_LEFT_OUT, LayerSpec, concrete_options
from composer.codegen.render import call_layer, construct
from tests.catalog.samples import Sample, layer_sample
from tests.catalog.torch_version import installed

# Options whose default we do not take over from torch, and why.
STRICTER = {
    ("Softmax", "dim"): "torch guesses the dimension, and warns",
    ("LogSoftmax", "dim"): "torch guesses the dimension, and warns",
    ("Softmin", "dim"): "torch guesses the dimension, and warns",
    ("Transformer", "activation"): "torch's default is the function F.relu, which is what the word stands for",
    ("TransformerEncoderLayer", "activation"): "the same",
    ("TransformerDecoderLayer", "activation"): "the same",
}

# LSTM, GRU and RNN take *args; the options are those of their common base, apart from these.
RECURRENT = {"LSTM": (), "GRU": ("proj_size",), "RNN": ("proj_size",)}

# torch has no meta implementation of these; a preview has to know their output otherwise.
NO_META = {
    "CTCLoss": "aten::_ctc_loss has no meta kernel",
    "GaussianNLLLoss": "it looks at the variances, whether one is negative",
    "AdaptiveLogSoftmaxWithLoss": "it looks at the targets, which clusters they are in",
}

AVAILABLE = [kind for kind, spec in LAYERS.items() if installed(spec.since)]


def test_every_layer_class_is_in_the_catalog_or_left_out_for_a_reason() -> None:
    classes = {name for name, each in vars(nn).items() if isinstance(each, type) and issubclass(each, nn.Module)}
    assert classes - set(LEFT_OUT) == set(AVAILABLE)
    assert not set(LEFT_OUT) & set(LAYERS)
    assert all([*LEFT_OUT.values(), *OPTIONS_LEFT_OUT.values()])


def test_options_left_out_are_there_in_torch() -> None:
    everywhere = {name for kind in AVAILABLE for name in inspect.signature(getattr(nn, kind)).parameters}
    for name in OPTIONS_LEFT_OUT:
        kind, _, option = name.rpartition(".")
        if not kind:
            assert option in everywhere
        elif installed(LAYERS[kind].since):
            assert option in inspect.signature(getattr(nn, kind)).parameters


def _signature(kind: str) -> dict[str, inspect.Parameter]:
    cls = getattr(nn, kind)
    if kind not in RECURRENT:
        parameters = dict(inspect.signature(cls).parameters)
        return {name: each for name, each in parameters.items() if each.kind is not each.VAR_POSITIONAL}
    parameters = dict(inspect.signature(nn.RNNBase).parameters)
    del parameters["mode"]
    for name in RECURRENT[kind]:
        del parameters[name]
    if kind == "RNN":  # documented between num_layers and bias, and read from the keyword arguments
        names = list(parameters)
        extra = inspect.Parameter("nonlinearity", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="tanh")
        names.insert(names.index("bias"), "nonlinearity")
        parameters = {name: parameters.get(name, extra) for name in names}
    return parameters


def _own_options(spec: LayerSpec) -> list[Any]:
    """The constructor's options that `torch` has too, without those of a template and those too new."""
    inner = spec.template.by_name if spec.template else {}
    return [
        option for option in spec.options if not option.at_call and option.name not in inner and installed(option.since)
    ]


@pytest.mark.parametrize("kind", AVAILABLE)
def test_options_are_those_of_the_constructor(kind: str) -> None:
    spec = LAYERS[kind]
    parameters = {
        name: each
        for name, each in _signature(kind).items()
        if each.kind is not each.VAR_KEYWORD and not {name, f"{kind}.{name}"} & set(OPTIONS_LEFT_OUT)
    }
    options = _own_options(spec)
    assert [option.name for option in options] == list(parameters)
    positional = [name for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert positional[: spec.positional] == [option.name for option in options][: spec.positional]
    for option in options:
        if (spec.concrete or kind, option.name) in STRICTER:
            continue
        default = parameters[option.name].default
        if default is inspect.Parameter.empty:
            assert option.required, option.name
        else:
            assert option.default == default, option.name
            assert (option.default is None) == (default is None), option.name


@pytest.mark.parametrize("kind", AVAILABLE)
def test_inputs_and_call_options_are_those_of_forward(kind: str) -> None:
    spec = LAYERS[kind]
    parameters = dict(inspect.signature(getattr(nn, kind).forward).parameters)
    del parameters["self"]
    at_call = {option.name: option for option in spec.options if option.at_call}
    assert [each.name for each in spec.inputs] == [name for name in parameters if name not in at_call]
    assert set(at_call) <= set(parameters)
    for each in spec.inputs:
        assert each.optional == (parameters[each.name].default is not inspect.Parameter.empty), each.name
    for name, option in at_call.items():
        assert option.default == parameters[name].default, name


def _build(kind: str, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    text = construct(LAYERS[kind], layer_sample(kind).options)
    module: nn.Module = eval(text, {"nn": nn, "torch": torch})
    return module


def _direct(kind: str, seed: int = 0) -> nn.Module:
    """The layer without any of our text: torch's class called with the values."""
    spec, options = LAYERS[kind], layer_sample(kind).options
    torch.manual_seed(seed)
    values = {name: _value(value) for name, value in options.items() if not spec.by_name[name].at_call}
    values |= {name: torch.tensor(values[name]) for name in ("weight", "pos_weight") if name in values}
    if spec.template:
        inner = {name: values.pop(name) for name in list(values) if name in spec.template.by_name}
        module: nn.Module = getattr(nn, kind)(getattr(nn, spec.template.kind)(**inner), **values)
        return module
    return getattr(nn, kind)(**values)  # type: ignore[no-any-return]


def _value(value: Any) -> Any:
    return float(value) if value in ("inf", "-inf") else value


def _call(kind: str, module: nn.Module, inputs: list[Any], seed: int = 1) -> Any:
    names = [None if each is None else f"x{k}" for k, each in enumerate(inputs)]
    text = call_layer(LAYERS[kind], "module", layer_sample(kind).options, names)
    scope = {"module": module} | {f"x{k}": each for k, each in enumerate(inputs)}
    torch.manual_seed(seed)
    return eval(text, scope)


def _call_directly(kind: str, module: nn.Module, inputs: list[Any], seed: int = 1) -> Any:
    spec, options = LAYERS[kind], layer_sample(kind).options
    named = {each.name: value for each, value in zip(spec.inputs, inputs, strict=False) if value is not None}
    if kind == "PoissonNLLLoss":
        named = dict(zip(("log_input", "target"), inputs, strict=True))
    torch.manual_seed(seed)
    return module(**named, **{name: value for name, value in options.items() if spec.by_name[name].at_call})


def flat(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    return [] if value is None else [tensor for each in value for tensor in flat(each)]


def assert_equal(left: Any, right: Any) -> None:
    left, right = flat(left), flat(right)
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert torch.equal(a, b) or torch.equal(a.isnan(), b.isnan())
        assert torch.equal(a.nan_to_num(), b.nan_to_num())


@pytest.mark.parametrize("kind", AVAILABLE)
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_text_builds_and_runs_what_torch_does(kind: str, training: bool) -> None:
    ours, theirs = _build(kind).train(training), _direct(kind).train(training)
    assert repr(ours) == repr(theirs)
    torch.manual_seed(2)
    inputs = layer_sample(kind).make()
    got = _call(kind, ours, copy.deepcopy(inputs))
    assert_equal(got, _call_directly(kind, theirs, copy.deepcopy(inputs)))
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert_equal(list(ours.state_dict().values()), list(theirs.state_dict().values()))
    outputs = LAYERS[kind].outputs
    if outputs:
        assert (len(got) if isinstance(got, tuple) else 1) == outputs


@pytest.mark.parametrize("kind", [kind for kind in AVAILABLE if kind not in NO_META])
def test_shapes_on_meta_are_the_real_ones(kind: str) -> None:
    sample = layer_sample(kind)
    real = _call(kind, _build(kind).eval(), sample.make())
    with torch.device("meta"):
        module = _build(kind).eval()
    preview = _call(kind, module, sample.make("meta"))
    assert [(each.shape, each.dtype) for each in flat(preview)] == [(each.shape, each.dtype) for each in flat(real)]


@pytest.mark.parametrize("kind", list(NO_META))
def test_what_has_no_meta_kernel_still_has_none(kind: str) -> None:
    with pytest.raises((NotImplementedError, RuntimeError)):
        _call(kind, _build(kind).to("meta"), layer_sample(kind).make("meta"))


LAZY = [kind for kind in AVAILABLE if LAYERS[kind].concrete]


@pytest.mark.parametrize("kind", LAZY)
def test_lazy_layer_becomes_the_concrete_one(kind: str) -> None:
    spec = LAYERS[kind]
    concrete = LAYERS[spec.concrete]
    assert concrete.lazy == kind
    assert concrete.infers == spec.infers
    assert set(concrete.by_name) - set(spec.by_name) == set(spec.infers)
    module = _build(kind)
    assert any(map(nn.parameter.is_lazy, [*module.parameters(), *module.buffers()]))
    _call(kind, module, layer_sample(kind).make())
    assert type(module) is getattr(nn, spec.concrete)
    expected = layer_sample(spec.concrete).options
    inferred = {name: expected[name] for name in spec.infers}
    assert all(getattr(module, name) == value for name, value in inferred.items())
    written = concrete_options(spec, layer_sample(kind).options, inferred)
    assert repr(eval(construct(concrete, written), {"nn": nn})) == repr(module)


def test_making_an_instance_norm_concrete_keeps_what_it_learns() -> None:
    spec = LAYERS["LazyInstanceNorm2d"]
    assert concrete_options(spec, {}, {"num_features": 4}) == {
        "num_features": 4,
        "affine": True,
        "track_running_stats": True,
    }
    assert concrete_options(spec, {"affine": False}, {"num_features": 4})["affine"] is False


def test_all_lazy_classes_are_declared_as_lazy() -> None:
    assert [kind for kind in LAYERS if kind.startswith("Lazy")] == LAZY


def test_losses_are_the_classes_named_so() -> None:
    assert set(LOSSES) == {kind for kind in LAYERS if "Loss" in kind}


def test_samples_use_every_option_within_its_type() -> None:
    for kind, spec in LAYERS.items():
        sample: Sample = layer_sample(kind)
        assert set(sample.options) <= set(spec.by_name), kind
        for name, value in sample.options.items():
            assert spec.by_name[name].accepts(value), (kind, name, value)
        back = json.loads(json.dumps(sample.options))
        assert {name: spec.by_name[name].normalize(value) for name, value in back.items()} == sample.options, kind
        for option in spec.options:
            assert option.required or option.accepts(option.normalize(option.default)), (kind, option.name)


def test_a_layer_says_which_torch_its_options_need() -> None:
    batch_norm = LAYERS["BatchNorm2d"]
    assert batch_norm.needs({"num_features": 4, "affine": True}) == ""
    assert batch_norm.needs({"num_features": 4, "bias": False}) == "2.12"
    assert LAYERS["LinearCrossEntropyLoss"].needs({}) == "2.13"


@pytest.mark.parametrize("kind", ["BatchNorm2d", "GroupNorm"])
def test_options_too_new_for_the_installed_torch_say_since_when(kind: str) -> None:
    option = LAYERS[kind].by_name["bias"]
    assert installed(option.since) == ("bias" in inspect.signature(getattr(nn, kind)).parameters)


def test_encoder_copies_one_layer_of_its_options() -> None:
    text = construct(LAYERS["TransformerEncoder"], {"d_model": 8, "nhead": 2, "norm_first": True, "num_layers": 3})
    assert text == "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, norm_first=True), num_layers=3)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would like batch_first, to leave padding out
        encoder = eval(text, {"nn": nn})
    assert len(encoder.layers) == 3

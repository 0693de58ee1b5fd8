"""Single expressions of the source: constructing a layer, calling a layer or op, filling a tensor.

Everything that runs torch, be it the exported file, the live model or the shape preview, goes through the
text made here, so the three cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from composer import expressions
from composer.catalog.options import Float, Option, Value
from composer.catalog.spec import InitSpec, LayerSpec, NodeSpec, OpSpec, Spec

Rename = Mapping[str, str]
NO_RENAME: Rename = {}
TRAINING = "self.training"

_FIELD = re.compile(r"\{(\*?)(\w+)\}")
_SIZE_NAME = re.compile(r"d\d+")
_FUNCTION = re.compile(r"\.?[A-Za-z_][\w.]*")
_ATOM = re.compile(r"[A-Za-z_][\w.]*(\(\"[^\"\\]*\"\))?(\[[^\[\]]*\])*|\d+(\.\d+)?|(min|max)\([^()]*\)")


def construct(spec: LayerSpec, options: Mapping[str, Value], rename: Rename = NO_RENAME) -> str:
    """`nn.Conv2d(1, 6, kernel_size=5)`: required sizes first and bare, the rest by name where not default."""
    own = [option for option in spec.options if not option.at_call]
    arguments = []
    if spec.template:
        arguments.append(construct(spec.template, options, rename))
        own = [option for option in own if option.name not in spec.template.by_name]
    bare = 0
    while bare < min(spec.positional, len(own)) and own[bare].name in options:
        arguments.append(own[bare].render(options[own[bare].name], rename))
        bare += 1
    return f"nn.{spec.kind}({', '.join([*arguments, *_by_name(own[bare:], options, rename)])})"


def call_layer(
    spec: LayerSpec,
    module: str,
    options: Mapping[str, Value],
    inputs: Sequence[str | None],
    rename: Rename = NO_RENAME,
) -> str:
    """`self.attn(x, x, x, need_weights=False)`. An input that is None is left out."""
    at_call = [option for option in spec.options if option.at_call]
    bare, named = _arguments(spec, inputs)
    return f"{module}({', '.join([*bare, *named, *_by_name(at_call, options, rename)])})"


def call_op(
    spec: OpSpec,
    options: Mapping[str, Value],
    inputs: Sequence[str | None],
    rename: Rename = NO_RENAME,
    training: str = TRAINING,
) -> str:
    """`torch.cat([a, b], dim=1)`. An input that is None is left out.

    In sizes, `d0`, `d1`, … are the sizes of an input. `training` is the text that says whether the module trains.
    """
    given = [each for each in inputs if each is not None]
    names = {**rename, **_sizes(spec, options, given[-1 if spec.sizes_of_last else 0])}
    if "{" in spec.call:
        return _fill_template(spec, options, given, names)
    if not _FUNCTION.fullmatch(spec.call):
        return f" {spec.call} ".join(map(_operand, given))
    bare, named = _arguments(spec, inputs)
    function = spec.call
    if function.startswith("."):
        function = _operand(bare.pop(0)) + function
    bare += [option.render(_value(option, options), names) for option in spec.options[: spec.positional]]
    named += _by_name(spec.options[spec.positional :], options, names, training)
    if spec.training:
        named.append(f"training={training}")
    return f"{function}({', '.join([*bare, *named])})"


def fill(
    spec: InitSpec, options: Mapping[str, Value], tensor: str, functions: Mapping[str, str], rename: Rename = NO_RENAME
) -> str:
    """`nn.init.normal_(self.weight, std=0.01)`. `functions` are the names of those for expressions, by their texts."""
    if not spec.call:
        return f"{functions[spec.text(options)]}({tensor})"
    return f"{spec.call}({', '.join([tensor, *_by_name(spec.options, options, rename)])})"


def names_in(spec: Spec, options: Mapping[str, Value]) -> frozenset[str]:
    """The names of enclosing options and indices that the expressions in `options` read."""
    names = _names(spec, options)
    return frozenset(name for name in names if not (isinstance(spec, OpSpec) and _SIZE_NAME.fullmatch(name)))


def _names(spec: Spec, options: Mapping[str, Value]) -> set[str]:
    texts = [
        text
        for name, value in options.items()
        if name in spec.by_name
        for text in spec.by_name[name].expressions(value)
    ]
    return set().union(*(expressions.names(expressions.parse(text)) for text in texts))


def _sizes(spec: OpSpec, options: Mapping[str, Value], tensor: str) -> dict[str, str]:
    """What `d0`, `d1`, … mean in the options of an op."""
    return {
        name: f"{_operand(tensor)}.shape[{name[1:]}]" for name in _names(spec, options) if _SIZE_NAME.fullmatch(name)
    }


def _fill_template(spec: OpSpec, options: Mapping[str, Value], inputs: Sequence[str], names: Rename) -> str:
    def text(match: re.Match[str]) -> str:
        star, name = match.groups()
        if name == "inputs":
            return ", ".join(inputs)
        if name.isdigit():
            return _operand(inputs[int(name)])
        option = spec.by_name[name]
        value = _value(option, options)
        if star and isinstance(value, tuple):
            return ", ".join(option.render(each, names) for each in value)
        rendered = option.render(value, names)
        return _operand(rendered) if spec.operator else rendered

    return _FIELD.sub(text, spec.call)


def _value(option: Option, options: Mapping[str, Value]) -> Value:
    return options.get(option.name, option.default)


def _by_name(
    declared: Sequence[Option], options: Mapping[str, Value], rename: Rename, training: str = TRAINING
) -> list[str]:
    texts = []
    for option in declared:
        if option.name in options and (option.required or options[option.name] != option.default):
            text = option.render(options[option.name], rename)
            if isinstance(option, Float) and option.training_only:
                text = f"{text} if {training} else 0.0"
            texts.append(f"{option.name}={text}")
    return texts


def _arguments(spec: NodeSpec, inputs: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """The inputs passed by position and those passed by name; behind one that is left out, all are by name."""
    if spec.variadic:
        return [each for each in inputs if each is not None], []
    bare: list[str] = []
    named: list[str] = []
    for position, (declared, given) in enumerate(zip(spec.inputs, inputs, strict=False)):
        if given is None:
            continue
        if declared.keyword or len(bare) < position:
            named.append(f"{declared.name}={given}")
        else:
            bare.append(given)
    return bare, named


def _operand(text: str) -> str:
    """`text` in parentheses, unless it binds tighter than any operator."""
    return text if _ATOM.fullmatch(text) else f"({text})"

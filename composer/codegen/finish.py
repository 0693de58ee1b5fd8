"""The end of the design's `__init__`: initializer rules, then ties, then frozen parameters."""

from __future__ import annotations

from composer.catalog import INITIALIZERS
from composer.catalog.options import literal
from composer.codegen import render
from composer.codegen.custom import Functions
from composer.codegen.modules import submodule
from composer.design.document import Design, Rule
from composer.design.names import is_attribute
from composer.design.nodes import Layer, Tensor
from composer.design.paths import scopes, walk
from composer.design.targets import target_of

WHEN_READY = '''
def when_ready(module, initialize):
    """Call `initialize(module)` now, or as soon as a lazy module has its sizes from its first input."""
    if not isinstance(module, nn.modules.lazy.LazyModuleMixin) or not module.has_uninitialized_params():
        initialize(module)
        return
    infer = module.initialize_parameters

    def initialize_parameters(*args, **kwargs):
        fresh = module.has_uninitialized_params()  # not where weights were loaded meanwhile
        infer(*args, **kwargs)
        if fresh:
            initialize(module)

    module.initialize_parameters = initialize_parameters
'''


def has_lazy(design: Design) -> bool:
    """Whether any layer of the design waits for its first input."""
    return any(
        isinstance(node, Layer) and node.spec.concrete for _, root, _ in scopes(design) for _, node in walk(root)
    )


def finish(design: Design, functions: Functions) -> tuple[str, ...]:
    """Lines for the end of `__init__`, without their indent. `functions` fill tensors by expressions."""
    lazy = has_lazy(design)
    lines: list[str] = []
    for number, rule in enumerate(design.initializers):
        lines += _lazy_rule(rule, number, functions) if lazy else _rule(rule, functions)
    for owner, *others in design.ties:
        lines += [_tie(owner, other) for other in others]
    for path in design.frozen:
        lines += _freeze(design, path)
    return tuple(lines)


def _modules(rule: Rule) -> str:
    """The head of the loop over the modules of a rule. A glob asks for their paths, by all of their names."""
    ids = tuple(rule.where.split(".")) if rule.where else ()
    block = submodule("self", ids)
    if not rule.glob:
        return f"for module in {block}.modules():"
    prefix = f"prefix={literal(rule.where)}, " if rule.where else ""
    return f"for path, module in {block}.named_modules({prefix}remove_duplicate=False):"


def _rule(rule: Rule, functions: Functions) -> list[str]:
    return [_modules(rule), *(f"    {line}" for line in _fill(rule, functions))]


def _lazy_rule(rule: Rule, number: int, functions: Functions) -> list[str]:
    name = f"initialize_{number}"
    initialize = f"partial({name}, path)" if rule.glob else name
    return [
        "",
        f"def {name}({'path, ' if rule.glob else ''}module):",
        *(f"    {line}" for line in _fill(rule, functions)),
        "",
        _modules(rule),
        f"    when_ready(module, {initialize})",
    ]


def _fill(rule: Rule, functions: Functions) -> list[str]:
    conditions = [f"isinstance(module, nn.{rule.kind})"] if rule.kind else []
    if rule.parameter:
        name = 'name.rpartition(".")[2]' if rule.glob else "name"
        conditions.append(f"{name} == {literal(rule.parameter)}")
    conditions += [f"fnmatchcase(name, {literal(rule.glob)})"] if rule.glob else []
    filled = render.fill(INITIALIZERS[rule.init.scheme], rule.init.options, "parameter", functions)
    head = f"for name, parameter in module.named_parameters({'path, ' if rule.glob else ''}recurse=False):"
    if not rule.parameter and not rule.glob:
        head = "for parameter in module.parameters(recurse=False):"
    if not conditions:
        return [head, f"    {filled}"]
    return [head, f"    if {' and '.join(conditions)}:", f"        {filled}"]


def _parameter(path: str) -> tuple[str, str]:
    *ids, name = path.split(".")
    return submodule("self", tuple(ids)), name


def _tie(owner: str, other: str) -> str:
    source_module, source_name = _parameter(owner)
    module, name = _parameter(other)
    source = (
        f"{source_module}.{source_name}"
        if is_attribute(source_name)
        else f"{source_module}.get_parameter({literal(source_name)})"
    )
    if is_attribute(name):
        return f"{module}.{name} = {source}"
    return f"{module}.register_parameter({literal(name)}, {source})"


def _freeze(design: Design, path: str) -> list[str]:
    """Assigned rather than `requires_grad_(False)`, which a lazy layer's parameters do not have yet."""
    target = target_of(design, "", tuple(path.split("."))) if path else design.root
    if target is None or isinstance(target, Tensor):
        module, name = _parameter(path)
        parameter = f"{module}.{name}" if is_attribute(name) else f"{module}.get_parameter({literal(name)})"
        return [f"{parameter}.requires_grad = False"]
    ids = tuple(path.split(".")) if path else ()
    return [f"for parameter in {submodule('self', ids)}.parameters():", "    parameter.requires_grad = False"]

"""Names that cannot be the id of a node, because torch refuses a child of a name that the module already has.

The lists hold for torch 2.9 to 2.15 and Python 3.11 to 3.14; a test compares them with what is installed.
"""

_PUBLIC = """
T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
state_dict to to_empty train training type xpu zero_grad
"""

_PRIVATE = """
_apply _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl _forward_hooks
_forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs
_get_backward_hooks _get_backward_pre_hooks _get_name _is_full_backward_hook _load_from_state_dict
_load_state_dict_post_hooks _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members
_non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook _register_state_dict_hook
_replicate_for_data_parallel _save_to_state_dict _slow_forward _state_dict_hooks _state_dict_pre_hooks _version
_wrapped_call_impl
"""

# What Python gives every object and class; the last five are newer than Python 3.11.
_PYTHON = """
__annotations__ __call__ __class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ __ge__ __getattr__
__getattribute__ __getstate__ __gt__ __hash__ __init__ __init_subclass__ __le__ __lt__ __module__ __ne__ __new__
__reduce__ __reduce_ex__ __repr__ __setattr__ __setstate__ __sizeof__ __str__ __subclasshook__ __weakref__
__annotate__ __annotations_cache__ __firstlineno__ __static_attributes__ __annotate_func__
"""

RESERVED_IDS = frozenset(f"{_PUBLIC}{_PRIVATE}{_PYTHON}".split())
"""Names that every `nn.Module` has."""

_CONTAINERS = """
__add__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ __mul__ __rmul__ __setitem__
_get_abs_string_index _get_item_by_idx append extend insert pop
"""

SEQUENTIAL_NAMES = frozenset(_CONTAINERS.split())
"""Names that only `nn.Sequential` and `nn.ModuleList` have beside those: free in a class of one's own."""

"""What a layer's code may name: lists by topic, each in a file of its own. Nothing is allowed by a rule.

How a name comes to be on a list: it is a function of its arguments (random ones draw from torch's own state, as
dropout does), or writes into a tensor's elements within its size and type. Decided on the way:

- Not there, for they take, give or run something else than numbers: whatever reads or writes files (`load`,
  `save`, `from_file`, `hub`), loads or compiles code (`ops`, `classes`, `jit`, `compile`, `library`, `utils`), takes a
  function (`vmap`, `func`, `apply_`, `map_`, `register_hook`, `triplet_margin_with_distance_loss`), hands memory out
  or in (`data_ptr`, `storage`, `numpy`, `from_dlpack`, `frombuffer`, `asarray`, `share_memory_`), or changes what
  holds for the whole process (`set_*`, `manual_seed`, `use_deterministic_algorithms`, `backward`).
- Not there, for they describe memory otherwise than it is: `as_strided`, `set_`, `resize_`, `unsafe_*`, and a view as
  another type: a boolean must be 0 or 1, or counting and writing disagree. Hence a type is no value: it stands where
  a function takes it or two are compared, so that no variable can bring one to `view`.
- Not there, for what is wrong in their arguments is not always found by torch, and they then read or write memory that
  is not theirs: sparse, nested and quantized tensors, `ctc_loss`, `embedding_bag`, `fractional_max_pool*`, `lu_solve`,
  `ormqr`, `segment_reduce`, `gru_cell` and kin, `repeat_interleave` (huge repeats), `pdist` (no rows), `grid_sample`
  (the gradient at NaN), `eig` and `lstsq` (NaN), the keywords `sorter` and `output_size`. What indexes and is there
  (`gather`, `scatter`, `take`, `index_put_`, `max_unpool2d`, …) checks. Each function of the lists was called some
  thousand times with random, extreme and half-fitting arguments, and its gradients taken.
- `empty` and kin show what memory happened to hold; `zeros` costs little more.
- In place: arithmetic, filling, and writing at indices. Not what changes a tensor's shape or its place in the graph
  (`t_`, `squeeze_`, `detach_`, `requires_grad_`): a declared parameter would no longer be what was declared.
- `.item()` and `.tolist()` are there: that values decide what is computed is what code is for.
- `out=` would write into a tensor without its saying so, `generator=` and `layout=` have no value to take;
  `device=` is there for `x.device`.
- A text is one of a closed list of words (`"mean"`, `"reflect"`, …), an equation of `einsum`, a docstring, the message
  of an `assert`, or the `inf` and `nan` of `float`; it is never a value. So nothing can be looked up by it, and nothing
  formatted.
- What may still end the process, as in any PyTorch: exhausting memory, and errors of torch itself, such as an integer
  division of the smallest number by −1, an index that is a list nested ten thousand deep, or the gradient of a dilated
  `max_pool2d` whose window misses the input, as the layer's own. Time and memory are the kernel's to limit.
"""

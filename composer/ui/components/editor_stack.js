// The stack: nested blocks as boxes in boxes. Drag, or use the keyboard of a tree with Alt for moving.

import Sortable from "./vendor/sortable.esm.js";
import { element } from "./editor_palette.js";
import { join } from "./editor_model.js";

export class Stack {
  constructor(frame, { act, select, search }) {
    Object.assign(this, { act, select, search });
    this.section = element("section", "stack");
    this.tree = element("div", "tree");
    this.tree.setAttribute("role", "tree");
    this.tree.setAttribute("aria-multiselectable", "true");
    this.section.append(this.tree);
    frame.append(this.section);
    this.items = new Map(); // path → its element
    this.folded = new Set();
    this.selected = [];
    this.tree.addEventListener("click", (event) => this.#click(event));
    this.tree.addEventListener("dblclick", (event) => this.#rename(event.target.closest(".node")?.node));
    this.tree.addEventListener("keydown", (event) => this.#key(event));
  }

  update(model, { rows, selected, label, id, words }, colors) {
    this.colors = colors;
    this.words = words;
    if (id !== this.id) {
      this.id = id;
      this.folded = new Set(rows.filter((row) => row.folded).map((row) => row.path));
      this.current = undefined;
    }
    this.tree.setAttribute("aria-label", label);
    const moved = JSON.stringify(selected) !== JSON.stringify(this.selected);
    this.selected = selected;
    if (moved && selected.length) this.current = selected.at(-1);
    this.draw(model);
    if (moved && this.items.has(this.current)) this.items.get(this.current).scrollIntoView({ block: "nearest" });
  }

  draw(model) {
    if (this.dragging) {
      this.waiting = model;
      return;
    }
    this.model = model;
    for (let at = model.byPath.get(this.current); at?.parent; at = at.parent) this.folded.delete(at.parent.path);
    const focused = this.tree.contains(this.tree.getRootNode().activeElement);
    const before = this.items;
    this.items = new Map();
    if (!model.byPath.has(this.current)) this.current = model.roots[0]?.path;
    place(this.tree, model.roots.map((root) => this.#item(root, before)));
    if (focused && !this.editing) this.items.get(this.current)?.querySelector(".row").focus({ preventScroll: true });
  }

  // Add an entry of the palette after what is selected, or at the end of the block that is.
  insert(entry) {
    const at = this.model.byPath.get(this.current) ?? this.model.roots[0];
    const inside = at.block && at.block !== "Repeat" && (!at.parent || !this.folded.has(at.path));
    const block = inside ? at : at.parent;
    if (!block || block.block === "Repeat") return;
    this.#insert(entry, block, inside ? this.#room(block) : block.nodes.indexOf(at) + 1);
  }

  #insert(entry, block, index) {
    const id = this.model.freshId(block, entry.stem);
    const shown = { family: entry.family, role: entry.role, block: entry.block, inputs: ["x"] };
    this.current = join(block.path, id);
    this.selected = [this.current];
    this.act([{ edit: "insert", path: block.path, index, node: { ...entry.node, id } }], shown);
    this.select(this.selected);
  }

  // How many children have a position: the shortcut of a Residual has none.
  #room(block) {
    return block.nodes.filter((node) => !node.shortcut).length;
  }

  #item(node, before) {
    const item = before.get(node.path) ?? this.#make();
    item.node = node;
    item.dataset.path = node.path;
    this.items.set(node.path, item);
    this.#fill(item, node);
    const open = node.block && !this.folded.has(node.path);
    if (open) {
      item.list.hidden = false;
      item.list.classList.toggle("empty", !node.nodes.length);
      place(item.list, node.nodes.map((child) => this.#item(child, before)));
      this.#sortable(item, node);
    } else {
      item.list.hidden = true;
      item.list.replaceChildren();
    }
    return item;
  }

  #make() {
    const item = element("div", "node");
    const row = element("div", "row");
    row.setAttribute("role", "treeitem");
    for (const name of ["fold", "mark", "name", "kind", "badge", "problems", "shape", "count"]) row.append(element("span", name));
    item.list = element("div", "list");
    item.list.setAttribute("role", "group");
    item.append(row, item.list);
    return item;
  }

  #fill(item, node) {
    const row = item.firstChild;
    const own = this.selected.includes(node.path);
    item.className = `node ${node.role}${node.parent ? "" : " root"}${node.pending ? " pending" : ""}`;
    item.style.setProperty("--mark", this.colors[node.family] ?? "gray");
    row.className = `row${own ? " selected" : ""}${node.wrong ? " wrong" : ""}`;
    row.tabIndex = node.path === this.current ? 0 : -1;
    const expanded = node.block ? String(!this.folded.has(node.path)) : undefined;
    attributes(row, { "aria-level": node.level + 1, "aria-selected": own, "aria-expanded": expanded });
    row.title = node.title;
    if (this.editing?.item !== item) say(row, "name", node.name);
    const told = node.wrong || this.folded.has(node.path) ? node.problems : 0; // else rows below tell of them
    say(row, "kind", node.kind);
    say(row, "badge", node.badge);
    say(row, "problems", told || "", this.words.problems);
    say(row, "shape", node.shape, this.words.shape);
    say(row, "count", node.count, this.words.count);
  }

  #sortable(item, node) {
    const fixed = node.block === "Repeat";
    item.list.block = node.path;
    const known = Sortable.get(item.list);
    if (known) {
      known.option("disabled", fixed);
      return;
    }
    Sortable.create(item.list, {
      group: { name: "nodes", put: () => item.node.block !== "Repeat" },
      disabled: fixed,
      draggable: ".node",
      handle: ".row",
      filter: ".name[contenteditable]",
      preventOnFilter: false,
      forceFallback: true,
      fallbackOnBody: false,
      fallbackTolerance: 4,
      swapThreshold: 0.6,
      invertSwap: true,
      emptyInsertThreshold: 10,
      animation: 120,
      onStart: () => (this.dragging = true),
      onAdd: (event) => event.item.entry && this.#dropped(event),
      onEnd: (event) => this.#ended(event),
    });
  }

  #dropped(event) {
    const list = event.to;
    const index = Math.min(event.newIndex, this.#room(this.model.byPath.get(list.block)));
    event.item.remove();
    this.dragging = false;
    this.#insert(event.item.entry, this.model.byPath.get(list.block), index);
  }

  #ended(event) {
    this.dragging = false;
    const { item, from, to, oldIndex } = event;
    const node = item.node;
    if (node) {
      from.insertBefore(item, from.children[oldIndex] ?? null); // as the page had it: drawing moves it
      const block = this.model.byPath.get(to.block);
      const index = Math.min(event.newIndex, this.#room(block) - (block === node.parent ? 1 : 0));
      if (block !== node.parent || index !== node.parent.nodes.indexOf(node)) this.#move(node, block, Math.max(0, index));
    }
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting) this.draw(waiting);
  }

  #move(node, block, index) {
    const same = block === node.parent;
    if (!same && this.model.isInside(block, node)) return;
    const id = same ? node.id : this.model.freeId(block, node.id);
    this.current = join(block.path, id);
    this.selected = [this.current];
    this.act([{ edit: "move", path: node.path, to: block.path, index }]);
    this.select(this.selected);
  }

  #click(event) {
    const node = event.target.closest(".node")?.node;
    if (!node || this.editing) return;
    if (event.target.closest(".fold") && node.block) this.#fold(node, !this.folded.has(node.path));
    else this.#choose(node, event);
    this.items.get(node.path)?.firstChild.focus({ preventScroll: true });
  }

  #choose(node, { shiftKey = false, ctrlKey = false, metaKey = false } = {}) {
    const rows = this.model.visible(this.folded);
    if (shiftKey && this.current !== undefined) {
      const ends = [rows.findIndex((row) => row.path === this.current), rows.indexOf(node)].sort((a, b) => a - b);
      this.selected = rows.slice(ends[0], ends[1] + 1).filter((row) => row.parent === node.parent).map((row) => row.path);
    } else if (ctrlKey || metaKey) {
      const without = this.selected.filter((path) => path !== node.path);
      this.selected = without.length < this.selected.length ? without : [...this.selected, node.path];
    } else this.selected = [node.path];
    this.current = node.path;
    this.draw(this.model);
    this.select(this.selected);
  }

  #fold(node, closed) {
    if (closed) this.folded.add(node.path);
    else this.folded.delete(node.path);
    if (closed && this.current?.startsWith(`${node.path}.`)) this.current = node.path;
    this.draw(this.model);
  }

  #focus(node) {
    if (!node) return;
    this.items.get(this.current)?.firstChild.setAttribute("tabindex", "-1");
    this.current = node.path;
    const row = this.items.get(node.path).firstChild;
    row.tabIndex = 0;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  #chosen() {
    const own = this.model.byPath.get(this.current);
    const all = this.selected.includes(this.current) ? this.selected.map((path) => this.model.byPath.get(path)) : [own];
    return all.filter((node) => node?.parent && !all.some((other) => other !== node && other && this.model.isInside(node, other)));
  }

  #key(event) {
    if (this.editing) return;
    const rows = this.model.visible(this.folded);
    const spot = rows.findIndex((row) => row.path === this.current);
    const node = rows[spot];
    if (!node) return;
    const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    const acts = {
      ArrowDown: () => this.#focus(rows[spot + 1]),
      ArrowUp: () => this.#focus(rows[spot - 1]),
      Home: () => this.#focus(rows[0]),
      End: () => this.#focus(rows.at(-1)),
      ArrowRight: () => (node.block && this.folded.has(node.path) ? this.#fold(node, false) : this.#focus(node.nodes[0])),
      ArrowLeft: () => (node.block && !this.folded.has(node.path) ? this.#fold(node, true) : this.#focus(node.parent)),
      Enter: () => this.#choose(node),
      " ": () => this.#choose(node, { ctrlKey: true }),
      "Shift+ArrowDown": () => rows[spot + 1] && this.#extend(rows[spot + 1]),
      "Shift+ArrowUp": () => rows[spot - 1] && this.#extend(rows[spot - 1]),
      Escape: () => this.#clear(),
      "Alt+ArrowUp": () => this.#shift(node, -1),
      "Alt+ArrowDown": () => this.#shift(node, 1),
      "Alt+ArrowRight": () => this.#nest(node),
      "Alt+ArrowLeft": () => this.#unnest(node),
      Delete: () => this.#remove(),
      Backspace: () => this.#remove(),
      F2: () => this.#rename(node),
      d: () => this.#duplicate("copy"),
      l: () => this.#duplicate("linked"),
      s: () => this.#duplicate("shared"),
      w: () => this.#wrap("Sequential"),
      p: () => this.#wrap("Parallel"),
      r: () => this.#wrap("Residual"),
      "Shift+r": () => this.#wrap("Repeat"),
      u: () => node.parent && node.block && this.act([{ edit: "unwrap", path: node.path }]),
      m: () => node.parent && node.block && this.act([{ edit: "make_definition", path: node.path }]),
      "/": () => this.search(),
    };
    if (!acts[name]) return;
    acts[name]();
    event.preventDefault();
    event.stopPropagation();
  }

  #extend(node) {
    const first = this.model.byPath.get(this.current);
    if (first.parent !== node.parent) return this.#focus(node);
    const chosen = new Set([...this.selected.filter((path) => this.model.byPath.get(path)?.parent === node.parent), first.path, node.path]);
    this.selected = node.parent.nodes.map((each) => each.path).filter((path) => chosen.has(path));
    this.draw(this.model);
    this.#focus(node);
    this.select(this.selected);
  }

  #clear() {
    this.selected = [];
    this.draw(this.model);
    this.select([]);
  }

  #shift(node, by) {
    const index = node.parent ? node.parent.nodes.indexOf(node) + by : -1;
    if (index < 0 || index >= this.#room(node.parent) || node.parent.block === "Repeat" || node.shortcut) return;
    this.#move(node, node.parent, index);
  }

  // Into the block before it, at its end.
  #nest(node) {
    const block = node.parent?.nodes[node.parent.nodes.indexOf(node) - 1];
    if (block?.block && block.block !== "Repeat") this.#move(node, block, this.#room(block));
  }

  // Out of its block, behind it.
  #unnest(node) {
    const block = node.parent;
    if (block?.parent && block.parent.block !== "Repeat" && block.block !== "Repeat") {
      this.#move(node, block.parent, block.parent.nodes.indexOf(block) + 1);
    }
  }

  #remove() {
    const chosen = this.#chosen().filter((node) => node.parent.block !== "Repeat");
    if (!chosen.length) return;
    const last = chosen.at(-1);
    const around = [...last.parent.nodes.slice(last.parent.nodes.indexOf(last) + 1), ...last.parent.nodes].filter((node) => !chosen.includes(node));
    this.current = (around[0] ?? last.parent).path;
    this.selected = [this.current];
    this.act(chosen.map((node) => ({ edit: "remove", path: node.path })));
    this.select(this.selected);
  }

  #duplicate(mode) {
    const chosen = this.#chosen().filter((node) => node.parent.block !== "Repeat");
    if (chosen.length) this.act(chosen.map((node) => ({ edit: "duplicate", path: node.path, mode })));
  }

  #wrap(kind) {
    const chosen = this.#chosen();
    if (chosen.length) this.act([{ edit: "wrap", paths: chosen.map((node) => node.path), kind }]);
  }

  #rename(node) {
    if (!node?.parent || node.parent.block === "Repeat" || this.editing) return;
    const item = this.items.get(node.path);
    const field = element("input", "rename");
    field.value = node.id;
    const name = item.firstChild.querySelector(".name");
    name.replaceChildren(field);
    this.editing = { item };
    field.focus();
    field.select();
    const finish = (keep) => {
      if (!this.editing) return;
      this.editing = undefined;
      name.textContent = node.name;
      const id = field.value.trim();
      if (keep && id && id !== node.id) {
        this.current = join(node.parent.path, id);
        this.selected = [this.current];
        this.act([{ edit: "rename", path: node.path, id }]);
        this.select(this.selected);
      } else this.draw(this.model);
      this.items.get(this.current)?.firstChild.focus({ preventScroll: true });
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    field.addEventListener("blur", () => finish(true));
  }
}

// Make `children` the children of `parent`, touching only what is not in its place.
function place(parent, children) {
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  while (parent.children.length > children.length) parent.lastChild.remove();
}

// Write a part of a row; `word` says to a screen reader what the text is.
function say(row, part, text, word) {
  const target = row.querySelector(`.${part}`);
  target.hidden = text === "";
  target.replaceChildren(...(word ? [element("span", "said", `${word} `)] : []), String(text));
}

function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

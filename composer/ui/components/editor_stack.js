// The stack: nested blocks as boxes in boxes. What is selected, closed and in focus; and what becomes of it.

import { element } from "./element.js";
import { act, nameOf } from "./editor_keys.js";
import { join } from "./editor_model.js";
import { rename } from "./editor_rename.js";
import { HEIGHT, Rows } from "./editor_rows.js";
import { INDENT, room, spotAt } from "./editor_spot.js";

export class Stack {
  // `tell`: { act(operations, shown), select(paths), search(), used(entry), copy(paths, cut) }
  constructor(frame, tell) {
    this.tell = tell;
    this.section = element("section", "stack");
    this.crumbs = element("nav", "crumbs");
    this.scroller = element("div", "scroller");
    this.tree = element("div", "tree");
    this.tree.tabIndex = 0;
    this.tree.setAttribute("role", "tree");
    this.tree.setAttribute("aria-multiselectable", "true");
    this.line = element("div", "line");
    this.line.hidden = true;
    this.scroller.append(this.tree);
    this.section.append(this.crumbs, this.scroller);
    frame.append(this.section);
    this.rows = new Rows(this.scroller, this.tree);
    this.scroller.append(this.line);
    this.folded = new Set();
    this.selected = [];
    this.dragged = new Set();
    this.scroller.addEventListener("click", (event) => this.#click(event));
    this.tree.addEventListener("dblclick", (event) => this.rename(nodeOf(event)));
    this.tree.addEventListener("keydown", (event) => this.#key(event));
    this.crumbs.addEventListener("click", (event) => event.target.dataset.path !== undefined && this.go(event.target.dataset.path));
  }

  update(model, { rows, selected, label, id, words }, colors, theme) {
    Object.assign(this, { colors, words, theme });
    if (id !== this.id) {
      this.id = id;
      this.folded = new Set(rows.filter((row) => row.folded).map((row) => row.path));
      this.current = undefined;
    }
    this.tree.setAttribute("aria-label", label);
    this.crumbs.setAttribute("aria-label", words.place);
    const moved = JSON.stringify(selected) !== JSON.stringify(this.selected);
    this.selected = selected;
    if (moved && selected.length) this.current = selected.at(-1);
    this.draw(model);
    if (moved) this.rows.reveal(this.current);
  }

  draw(model = this.model) {
    this.model = model;
    for (let at = model.byPath.get(this.current); at?.parent; at = at.parent) this.folded.delete(at.parent.path);
    this.visible = model.visible(this.folded);
    if (!this.visible.some((row) => row.path === this.current)) this.current = this.visible[0]?.path;
    this.rows.draw(this.visible, {
      selected: new Set(this.selected),
      current: this.current,
      folded: this.folded,
      dragged: this.dragged,
      words: this.words,
      colors: this.colors,
      theme: this.theme,
    });
    this.#trail();
  }

  // Where the selection is, from the design or definition down; each part leads there.
  #trail() {
    const parts = [];
    for (let at = this.model.byPath.get(this.selected.at(-1)); at; at = at.parent) parts.unshift(at);
    const home = this.model.byPath.get("");
    if (home && parts[0] && parts[0] !== home) parts.unshift(home);
    const key = JSON.stringify(parts.map((at) => [at.path, at.name]));
    if (key === this.trail) return;
    this.trail = key;
    const last = parts.length - 1;
    this.crumbs.replaceChildren(...(parts.length ? parts : [home]).filter(Boolean).map((at, place) => crumb(at, place === last)));
  }

  get node() {
    return this.visible.find((row) => row.path === this.current);
  }

  // The nodes that an action is on: what is selected, without what is inside another of them; else what has the focus.
  chosen() {
    const all = this.selected.includes(this.current) ? this.selected : [this.current];
    const nodes = all.map((path) => this.model.byPath.get(path)).filter((node) => node?.parent);
    return nodes.filter((node) => !nodes.some((other) => other !== node && this.model.isInside(node, other)));
  }

  movable() {
    return this.chosen().filter((node) => node.parent.block !== "Repeat");
  }

  // After what has the focus, or at the end of the block that has it.
  spot() {
    const at = this.node ?? this.visible[0];
    if (at.slot) return { block: at.parent, index: room(at.parent), shortcut: at.slot === "shortcut" };
    const inside = at.block && at.block !== "Repeat" && (!at.parent || !this.folded.has(at.path));
    const block = inside ? at : at.parent;
    const index = inside ? room(block) : Math.min(block.nodes.indexOf(at) + 1, room(block));
    return block.block === "Repeat" ? undefined : { block, index };
  }

  insert(entry, spot = this.spot()) {
    if (!spot || (entry.template && spot.shortcut)) return; // a template has a place in a chain
    const { block, index, shortcut } = spot;
    const id = shortcut ? this.model.freeId(block, "shortcut") : this.model.freshId(block, entry.stem);
    const shown = { family: entry.family, role: entry.role, block: entry.block, inputs: ["x"], shortcut };
    const operation = { path: block.path, index };
    if (entry.template) Object.assign(operation, { edit: "insert_template", template: entry.template, id });
    else if (shortcut) Object.assign(operation, { edit: "set_shortcut", node: { ...entry.node, id } });
    else Object.assign(operation, { edit: "insert", node: { ...entry.node, id } });
    if (shortcut) delete operation.index;
    this.chose([join(block.path, id)]);
    this.tell.act([operation], shown);
    this.tell.select(this.selected);
    this.tell.used(entry);
    this.rows.reveal(this.current);
  }

  // Move nodes to a place, in their order; each keeps its id where that is free there.
  move(nodes, { block, index, shortcut }) {
    const fitting = nodes.filter((node) => !this.model.isInside(block, node));
    if (!fitting.length || (shortcut && fitting.length > 1)) return;
    const anchor = block.nodes.slice(index).find((node) => !fitting.includes(node) && !node.shortcut);
    const operations = [];
    const paths = [];
    for (const node of fitting) {
      const here = node.parent === block;
      const from = here ? block.nodes.indexOf(node) : -1;
      let to = anchor ? block.nodes.indexOf(anchor) : room(block);
      if (here && from < to && !node.shortcut) to -= 1;
      if (here && from === to && !shortcut) {
        paths.push(node.path);
        continue;
      }
      const operation = shortcut
        ? { edit: "move_to_shortcut", path: node.path, to: block.path }
        : { edit: "move", path: node.path, to: block.path, index: to };
      paths.push(join(block.path, here ? node.id : this.model.freeId(block, node.id)));
      operations.push(operation);
      this.model.apply(operation);
    }
    if (!operations.length) return;
    this.chose(paths);
    this.tell.act(operations);
    this.tell.select(this.selected);
    this.rows.reveal(this.current);
  }

  remove() {
    const chosen = this.movable();
    if (!chosen.length) return;
    this.#leave(chosen);
    this.tell.act(chosen.map((node) => ({ edit: "remove", path: node.path })));
    this.tell.select(this.selected);
  }

  cut() {
    const chosen = this.movable();
    if (!chosen.length) return;
    this.tell.copy(chosen.map((node) => node.path), true);
    this.#leave(chosen);
    this.draw();
  }

  copy() {
    const chosen = this.chosen();
    if (chosen.length) this.tell.copy(chosen.map((node) => node.path), false);
  }

  paste(text) {
    const spot = this.spot();
    if (spot && !spot.shortcut) this.tell.act([{ edit: "paste_text", path: spot.block.path, index: spot.index, text }]);
  }

  // Select what stands beside nodes that go.
  #leave(chosen) {
    const { nodes } = chosen.at(-1).parent;
    const around = [...nodes.slice(nodes.indexOf(chosen.at(-1)) + 1), ...nodes.toReversed()];
    this.chose([(around.find((node) => !chosen.includes(node)) ?? chosen.at(-1).parent).path]);
  }

  operate(edit, rest) {
    this.tell.act([{ edit, ...rest }]);
  }

  // Select in the page alone; telling the server is the caller's.
  chose(paths) {
    this.selected = paths;
    this.current = paths.at(-1) ?? this.current;
  }

  go(path) {
    this.chose([path]);
    this.draw();
    this.rows.reveal(path);
    this.tell.select(this.selected);
  }

  choose(node, { shiftKey = false, ctrlKey = false, metaKey = false } = {}) {
    const at = node.slot ? node.parent : node;
    const anchor = this.node;
    if (shiftKey && anchor?.parent) {
      const ends = [this.visible.indexOf(anchor), this.visible.indexOf(node)].sort((a, b) => a - b);
      const between = this.visible.slice(ends[0], ends[1] + 1);
      this.selected = between.filter((row) => row.parent === node.parent && !row.slot).map((row) => row.path);
    } else if (ctrlKey || metaKey) {
      const without = this.selected.filter((path) => path !== at.path);
      this.selected = without.length < this.selected.length ? without : [...this.selected, at.path];
    } else this.selected = [at.path];
    this.current = node.path;
    this.draw();
    this.tell.select(this.selected);
  }

  extend(node) {
    const first = this.node;
    if (!node || node.slot || first.parent !== node.parent) return this.focus(node);
    const chosen = new Set([...this.selected, first.path, node.path]);
    this.selected = node.parent.nodes.map((each) => each.path).filter((path) => chosen.has(path));
    this.current = node.path;
    this.draw();
    this.rows.reveal(node.path);
    this.tell.select(this.selected);
  }

  selectAll() {
    const around = this.node?.parent ?? this.visible[0];
    this.chose(around.nodes.map((each) => each.path));
    this.draw();
    this.tell.select(this.selected);
  }

  clear() {
    this.selected = [];
    this.draw();
    this.tell.select([]);
  }

  fold(node, closed) {
    if (closed) this.folded.add(node.path);
    else this.folded.delete(node.path);
    if (closed && this.current?.startsWith(`${node.path}.`)) this.current = node.path;
    this.draw();
  }

  focus(node) {
    if (!node) return;
    this.current = node.path;
    this.draw();
    this.rows.reveal(node.path);
  }

  rename(node) {
    if (!node?.parent || node.slot || node.parent.block === "Repeat") return;
    const row = this.rows.items.get(node.path);
    rename(row, node, (id) => {
      if (id && id !== node.id) {
        this.chose([join(node.parent.path, id)]);
        this.tell.act([{ edit: "rename", path: node.path, id }]);
        this.tell.select(this.selected);
      } else this.draw();
      this.tree.focus({ preventScroll: true });
    });
  }

  // What a drag takes up at a row: it, or all that is selected with it.
  take(event) {
    const node = nodeOf(event);
    if (!node?.parent || node.slot || event.target.closest(".fold, input") || node.parent.block === "Repeat") return undefined;
    const chosen = this.selected.includes(node.path) ? this.selected.map((path) => this.model.byPath.get(path)) : [node];
    const nodes = chosen.filter((each) => each?.parent && each.parent.block !== "Repeat");
    const outer = nodes.filter((each) => !nodes.some((other) => other !== each && this.model.isInside(each, other)));
    return { nodes: outer, label: outer.length > 1 ? `${node.name} +${outer.length - 1}` : node.name };
  }

  lift({ nodes = [] }) {
    this.dragged = new Set(nodes.map((node) => node.path));
    this.draw();
  }

  hover({ nodes = [] }, x, y) {
    const box = this.scroller.getBoundingClientRect();
    const out = x < box.left || x > box.right || y < box.top || y > box.bottom;
    const fits = (block) => block.block !== "Repeat" && !nodes.some((node) => this.model.isInside(block, this.model.byPath.get(node.path)));
    const top = this.tree.getBoundingClientRect();
    this.target = out ? undefined : spotAt(this.visible, this.folded, x - top.left - 20, y - top.top, fits);
    this.line.hidden = !this.target;
    if (!this.target) return;
    const { into, level, top: at } = this.target;
    this.line.classList.toggle("into", into !== undefined);
    this.line.style.top = `${this.tree.offsetTop + (into === undefined ? at - 1 : this.rows.place.get(this.visible[into].path) * HEIGHT)}px`;
    this.line.style.left = `${8 + level * INDENT}px`;
  }

  drop({ nodes, entry }, keep) {
    const spot = keep ? this.target : undefined;
    this.target = undefined;
    this.line.hidden = true;
    this.dragged = new Set();
    if (spot && entry) this.insert(entry, spot);
    else if (spot) this.move(nodes.map((node) => this.model.byPath.get(node.path)).filter(Boolean), spot);
    this.draw();
    this.tree.focus({ preventScroll: true });
  }

  #click(event) {
    const node = nodeOf(event);
    if (!node) return event.target === this.scroller && this.clear();
    if (event.target.closest("input")) return;
    if (event.target.closest(".fold") && node.block) this.fold(node, !this.folded.has(node.path));
    else this.choose(node, event);
    this.tree.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.target !== this.tree || !this.node || !act(this, nameOf(event))) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function nodeOf(event) {
  return event.target.closest?.(".row")?.node;
}

function crumb(node, last) {
  const button = element("button", "crumb", node.name);
  button.type = "button";
  button.dataset.path = node.path;
  if (last) button.setAttribute("aria-current", "location");
  return button;
}

// The tree that the page shows: the server's rows, changed by the operations that it has not answered yet.

export function join(block, id) {
  return block ? `${block}.${id}` : id;
}

export class Model {
  // A row is below another where its level is greater. Every root is a block: the design's own, and definitions.
  constructor(rows) {
    this.byPath = new Map();
    this.roots = [];
    const open = [];
    for (const row of rows) {
      const node = { ...row, id: row.path.slice(row.path.lastIndexOf(".") + 1), nodes: [], parent: undefined };
      while (open.length && open.at(-1).level >= row.level) open.pop();
      node.parent = open.at(-1);
      (node.parent?.nodes ?? this.roots).push(node);
      open.push(node);
      this.byPath.set(node.path, node);
    }
  }

  // Apply an operation as far as the page can know its result; the rest shows when the server answers.
  apply(operation) {
    const act = { remove: "remove", move: "move", move_to_shortcut: "moveToShortcut", rename: "rename" }[operation.edit];
    if (act) this[act](operation);
  }

  // A shortcut has no position: it is the last of the rows.
  insert({ path, index, node, id = node.id }, shown) {
    const block = this.byPath.get(path);
    if (!block) return;
    const kind = node?.of ?? node?.kind ?? "Sequential";
    const added = { role: "leaf", ...shown, path: join(path, id), id, name: id, kind, nodes: [], pending: true };
    this.#put(block, index ?? block.nodes.length, added);
  }

  remove({ path }) {
    const node = this.byPath.get(path);
    if (!node?.parent) return;
    node.parent.nodes.splice(node.parent.nodes.indexOf(node), 1);
    this.#forget(node);
  }

  move({ path, to, index }) {
    const node = this.byPath.get(path);
    const block = this.byPath.get(to);
    if (!node?.parent || !block || this.isInside(block, node)) return;
    const id = block === node.parent ? node.id : this.freeId(block, node.id);
    node.parent.nodes.splice(node.parent.nodes.indexOf(node), 1);
    this.#forget(node);
    this.#put(block, index, { ...node, id, name: id === node.id ? node.name : id, shortcut: false });
  }

  moveToShortcut({ path, to }) {
    const node = this.byPath.get(path);
    const block = this.byPath.get(to);
    if (!node?.parent || !block || this.isInside(block, node)) return;
    this.move({ path, to, index: block.nodes.length - (node.parent === block ? 1 : 0) });
    block.nodes.at(-1).shortcut = true;
  }

  rename({ path, id }) {
    const node = this.byPath.get(path);
    if (!node?.parent || node.parent.nodes.some((other) => other !== node && other.id === id)) return;
    this.#forget(node);
    node.id = id;
    node.name = id;
    this.#settle(node, node.parent);
  }

  isInside(node, block) {
    for (let at = node; at; at = at.parent) if (at === block) return true;
    return false;
  }

  // The rows in the order of the page, without what closed blocks hide. Each open block knows at which it ends. Where
  // there is nothing yet but may be something, there is a slot: in an empty block, and for the shortcut of a Residual.
  visible(folded) {
    const rows = [];
    const slot = (parent, name) => {
      rows.push({ slot: name, role: "slot", path: `${parent.path}..${name}`, parent, level: parent.level + 1, nodes: [] });
    };
    const walk = (node) => {
      rows.push(node);
      if (node.block && !folded.has(node.path)) {
        node.nodes.forEach(walk);
        if (!node.nodes.length) slot(node, "empty");
        if (node.block === "Residual" && !node.nodes.some((each) => each.shortcut)) slot(node, "shortcut");
      }
      node.end = rows.length - 1;
    };
    this.roots.forEach(walk);
    return rows;
  }

  // `id`, or one like it that is free in the block: the rule that the server has, too.
  freeId(block, id) {
    const used = new Set([...(block.inputs ?? []), ...block.nodes.map((node) => node.id)]);
    return used.has(id) ? this.freshId(block, id) : id;
  }

  freshId(block, base) {
    const names = block.nodes.map((node) => node.id);
    const used = new Set([...(block.inputs ?? []), ...names]);
    const numbered = names.every((name) => /^\d+$/.test(name));
    const stem = numbered ? "" : base.replace(/\d+$/, "").slice(0, 90);
    const highest = Math.max(-1, ...names.filter((name) => /^\d{1,9}$/.test(name)).map(Number));
    for (let number = numbered ? highest + 1 : 1; ; number += 1) {
      if (!used.has(`${stem}${number}`)) return `${stem}${number}`;
    }
  }

  #put(block, index, node) {
    block.nodes.splice(index, 0, node);
    this.#settle(node, block);
  }

  #settle(node, parent) {
    node.parent = parent;
    node.level = parent.level + 1;
    node.path = join(parent.path, node.id);
    this.byPath.set(node.path, node);
    node.nodes.forEach((child) => this.#settle(child, node));
  }

  #forget(node) {
    this.byPath.delete(node.path);
    node.nodes.forEach((child) => this.#forget(child));
  }
}

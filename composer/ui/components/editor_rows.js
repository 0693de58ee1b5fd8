// The rows of the stack, as elements. Only those in sight, and some around them, are in the page: all rows are of one
// height, so that where each belongs is known without drawing it.

import { element } from "./element.js";

export const HEIGHT = 28; // pixels; the style sheet has it, too
const AROUND = 40; // rows drawn above and below those in sight
const PARTS = ["fold", "mark", "name", "kind", "badge", "problems", "shape", "count"];

export class Rows {
  constructor(scroller, tree) {
    Object.assign(this, { scroller, tree });
    this.boxes = element("div", "boxes");
    this.boxes.setAttribute("aria-hidden", "true");
    this.tree.append(this.boxes);
    this.items = new Map(); // path → its element
    this.made = 0;
    this.rows = [];
    scroller.addEventListener("scroll", () => this.#paint());
    new ResizeObserver(() => this.#paint()).observe(scroller);
  }

  // `look`: { selected, current, folded, words, colors, dragged }, the first, third and last as sets of paths.
  draw(rows, look) {
    this.rows = rows;
    this.look = look;
    this.place = new Map(rows.map((row, index) => [row.path, index]));
    this.tree.style.height = `${rows.length * HEIGHT}px`;
    this.#paint();
  }

  // Scroll as little as brings a row into sight.
  reveal(path) {
    const place = this.place.get(path);
    if (place === undefined) return;
    const { scrollTop, clientHeight } = this.scroller;
    const top = this.tree.offsetTop + place * HEIGHT;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + HEIGHT > scrollTop + clientHeight) this.scroller.scrollTop = top + HEIGHT - clientHeight;
    this.#paint();
  }

  #paint() {
    if (!this.look) return;
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - AROUND);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + AROUND);
    const shown = this.rows.slice(first, last);
    const current = this.place.get(this.look.current);
    if (current < first) shown.unshift(this.rows[current]); // what has the focus is always there
    if (current >= last) shown.push(this.rows[current]);
    const items = new Map(shown.map((row) => [row.path, this.items.get(row.path) ?? this.#make()]));
    for (const [path, item] of this.items) if (items.get(path) !== item) item.remove();
    this.items = items;
    shown.forEach((row, place) => {
      const item = items.get(row.path);
      this.#fill(item, row);
      if (this.tree.children[place + 1] !== item) this.tree.insertBefore(item, this.tree.children[place + 1] ?? null);
    });
    this.boxes.replaceChildren(...this.#boxesAround(first, last));
    this.tree.setAttribute("aria-activedescendant", items.get(this.look.current)?.id ?? "");
  }

  #make() {
    const row = element("div", "row");
    this.made += 1;
    row.id = `row${this.made}`;
    row.setAttribute("role", "treeitem");
    for (const name of PARTS) row.append(element("span", name));
    return row;
  }

  #fill(row, node) {
    const { selected, current, folded, dragged } = this.look;
    row.node = node;
    const top = `${this.place.get(node.path) * HEIGHT}px`;
    if (row.style.top !== top) row.style.top = top;
    const own = selected.has(node.path);
    const open = node.block ? !folded.has(node.path) : undefined;
    const { nodes, parent, ...plain } = node;
    const spot = parent ? [parent.nodes.indexOf(node) + 1, parent.nodes.length] : [1, 1];
    const look = JSON.stringify([plain, own, current === node.path, open, dragged.has(node.path), spot, this.look.theme]);
    if (look === row.look || row.editing) return;
    row.look = look;
    const states = { selected: own, current: current === node.path, wrong: node.wrong, pending: node.pending, root: !parent };
    states.dragged = dragged.has(node.path);
    states.tinted = node.tint >= 0;
    row.className = ["row", node.role, ...Object.keys(states).filter((name) => states[name])].join(" ");
    row.dataset.path = node.path;
    row.style.setProperty("--level", node.level);
    row.style.setProperty("--mark", this.look.colors[node.family] ?? "transparent");
    row.style.setProperty("--tint", node.tint ?? 0);
    row.title = node.title ?? "";
    attributes(row, {
      "aria-level": node.level + 1,
      "aria-posinset": Math.max(1, spot[0]),
      "aria-setsize": Math.max(1, spot[1]),
      "aria-selected": own,
      "aria-expanded": open,
    });
    this.#say(row, node, open);
  }

  #say(row, node, open) {
    const { words } = this.look;
    const told = node.wrong || open === false ? node.problems : 0; // else rows below tell of them
    say(row, "name", node.slot ? words[node.slot] : node.name);
    say(row, "kind", node.kind ?? "");
    say(row, "badge", node.badge ?? "");
    say(row, "problems", told || "", words.problems);
    say(row, "shape", node.shape ?? "", words.shape);
    say(row, "count", node.count ?? "", words.count);
  }

  // The frames of the open blocks that are in sight.
  #boxesAround(first, last) {
    const { folded, colors } = this.look;
    const found = [];
    for (const [place, row] of this.rows.entries()) {
      if (place >= last) break;
      if (!row.block || folded.has(row.path) || row.end < first) continue;
      const box = element("div", "box");
      const inset = Math.min(row.level, 6);
      box.style.cssText = `top: ${place * HEIGHT + 1}px; height: ${(row.end - place + 1) * HEIGHT - 2 - 2 * inset}px`;
      box.style.setProperty("--level", row.level);
      box.style.setProperty("--mark", colors[row.family]);
      found.push(box);
    }
    return found;
  }
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

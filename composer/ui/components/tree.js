// The tree: nested blocks as rows, with the keyboard of a tree (arrows move, Enter selects).

import { themeOf } from "./theme.js";

const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let tree = instances.get(parentElement);
  if (!tree) {
    tree = new Tree(parentElement);
    instances.set(parentElement, tree);
  }
  tree.send = (path) => setTriggerValue("select", path);
  tree.update(data);
}

class Tree {
  constructor(root) {
    this.list = document.createElement("div");
    this.list.className = "tree";
    this.list.setAttribute("role", "tree");
    root.append(this.list);
    this.folded = new Set(); // paths of closed blocks
    this.elements = new Map(); // path → its row
    this.typed = { text: "", at: 0 };
    this.list.addEventListener("click", (event) => this.#click(event));
    this.list.addEventListener("keydown", (event) => this.#key(event));
  }

  update({ rows, selected, label, words, id, palette }) {
    this.words = words;
    this.colors = palette[themeOf(this.list)];
    const other = id !== this.id;
    if (other) {
      this.id = id;
      this.folded = new Set(rows.filter((row) => row.folded).map((row) => row.path));
      this.current = undefined;
    }
    this.rows = rows;
    this.list.setAttribute("aria-label", label);
    const moved = other || selected !== this.selected;
    this.selected = selected;
    if (moved && selected) {
      this.#unfoldTo(selected);
      this.current = selected;
    }
    this.#draw();
    if (moved && !other && selected !== this.sent) this.elements.get(selected)?.scrollIntoView({ block: "nearest" });
    this.sent = undefined;
  }

  // The rows that no closed block hides, in order. A row is below another where its level is greater.
  #visible() {
    const shown = [];
    let hidden = Infinity;
    for (const row of this.rows) {
      if (row.level > hidden) continue;
      hidden = row.children && this.folded.has(row.path) ? row.level : Infinity;
      shown.push(row);
    }
    return shown;
  }

  #unfoldTo(path) {
    for (let row = this.#parent(path); row; row = this.#parent(row.path)) this.folded.delete(row.path);
  }

  #parent(path) {
    const place = this.rows.findIndex((row) => row.path === path);
    if (place < 0) return undefined;
    return this.rows.slice(0, place).findLast((row) => row.level < this.rows[place].level);
  }

  #draw() {
    const shown = this.#visible();
    if (!shown.some((row) => row.path === this.current)) this.current = shown[0]?.path;
    const focused = this.list.contains(this.list.getRootNode().activeElement);
    const before = this.elements;
    this.elements = new Map();
    const elements = shown.map((row) => {
      const element = before.get(row.path) ?? make();
      this.#fill(element, row);
      this.elements.set(row.path, element);
      return element;
    });
    elements.forEach((element, place) => {
      if (this.list.children[place] !== element) this.list.insertBefore(element, this.list.children[place] ?? null);
    });
    while (this.list.children.length > elements.length) this.list.lastChild.remove();
    if (focused) this.elements.get(this.current)?.focus({ preventScroll: true });
  }

  #fill(element, row) {
    const own = row.path === this.selected;
    const open = row.children ? String(!this.folded.has(row.path)) : undefined;
    element.dataset.path = row.path;
    element.style.setProperty("--level", row.level);
    element.className = `row ${row.role}${own ? " selected" : ""}${row.wrong ? " wrong" : ""}`;
    element.tabIndex = row.path === this.current ? 0 : -1;
    const attributes = { "aria-level": row.level + 1, "aria-selected": own, "aria-expanded": open };
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
    element.title = row.title;
    const told = row.wrong || this.folded.has(row.path) ? row.problems : 0; // else rows below tell of them
    say(element, "name", row.name);
    say(element, "kind", row.kind);
    say(element, "badge", row.badge);
    say(element, "problems", told || "", this.words.problems);
    say(element, "shape", row.shape, this.words.shape);
    say(element, "count", row.count, this.words.count);
    element.style.setProperty("--mark", this.colors[row.family]);
  }

  #click(event) {
    const element = event.target.closest(".row");
    if (!element) return;
    const row = this.#row(element.dataset.path);
    this.current = row.path;
    if (event.target.closest(".fold") && row.children) this.#fold(row, !this.folded.has(row.path));
    else this.#select(row.path);
    element.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = this.#visible();
    const place = shown.findIndex((row) => row.path === this.current);
    const row = shown[place];
    if (!row) return;
    const acts = {
      ArrowDown: () => this.#focus(shown[place + 1]),
      ArrowUp: () => this.#focus(shown[place - 1]),
      Home: () => this.#focus(shown[0]),
      End: () => this.#focus(shown.at(-1)),
      ArrowRight: () => this.#enter(row, shown[place + 1]),
      ArrowLeft: () => this.#leave(row),
      Enter: () => this.#select(row.path),
      " ": () => this.#select(row.path),
      Escape: () => this.#select(""),
    };
    const act = acts[event.key] ?? (event.key.length === 1 ? () => this.#type(event, shown, place) : undefined);
    if (!act) return;
    act();
    event.preventDefault();
  }

  #enter(row, next) {
    if (!row.children) return;
    if (this.folded.has(row.path)) this.#fold(row, false);
    else this.#focus(next);
  }

  #leave(row) {
    if (row.children && !this.folded.has(row.path)) this.#fold(row, true);
    else this.#focus(this.#parent(row.path));
  }

  // Typing goes to the next row whose name begins so.
  #type(event, shown, place) {
    const again = event.timeStamp - this.typed.at < 700;
    this.typed = { text: (again ? this.typed.text : "") + event.key.toLowerCase(), at: event.timeStamp };
    const from = this.typed.text.length > 1 ? place : place + 1;
    const order = [...shown.slice(from), ...shown.slice(0, from)];
    this.#focus(order.find((row) => row.name.toLowerCase().startsWith(this.typed.text)));
  }

  #fold(row, closed) {
    if (closed) this.folded.add(row.path);
    else this.folded.delete(row.path);
    this.#draw();
  }

  #focus(row) {
    if (!row) return;
    this.current = row.path;
    for (const [path, element] of this.elements) element.tabIndex = path === row.path ? 0 : -1;
    const element = this.elements.get(row.path);
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  }

  #select(path) {
    this.sent = path;
    this.selected = path;
    this.#draw();
    this.send(path);
  }

  #row(path) {
    return this.rows.find((row) => row.path === path);
  }
}

function make() {
  const row = document.createElement("div");
  row.setAttribute("role", "treeitem");
  for (const name of ["fold", "mark", "name", "kind", "badge", "problems", "shape", "count"]) {
    const part = document.createElement("span");
    part.className = name;
    row.append(part);
  }
  return row;
}

// Write a part of a row; `word` says to a screen reader what the text is.
function say(row, part, text, word) {
  const element = row.querySelector(`.${part}`);
  element.hidden = text === "";
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = `${word} `;
  element.replaceChildren(...(word ? [said] : []), String(text));
}

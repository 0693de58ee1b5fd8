// The palette: everything a design can be made of, by category, with a search by name, alias and purpose.

import { element } from "./element.js";
import { Recent } from "./recent.js";

export class Palette {
  constructor(frame, add) {
    this.add = add;
    this.recent = new Recent("composer.palette");
    this.section = element("section", "palette");
    this.search = element("input", "search");
    this.search.type = "search";
    this.list = element("div", "entries");
    this.section.append(this.search, this.list);
    this.opener = element("button", "opener", "+");
    this.opener.type = "button";
    this.opener.addEventListener("click", () => this.open(!this.section.classList.contains("open")));
    frame.append(this.section, this.opener);
    this.closed = undefined;
    this.search.addEventListener("input", () => this.#draw());
    this.search.addEventListener("keydown", (event) => this.#searchKey(event));
    this.list.addEventListener("click", (event) => this.#click(event));
    this.list.addEventListener("keydown", (event) => this.#key(event));
  }

  // Where there is little room the palette is a drawer.
  open(wanted) {
    this.section.classList.toggle("open", wanted);
    this.opener.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.search.focus();
  }

  // `groups`: [{ name, entries: [{ key, name, help, words, family, stem, node }] }]
  update(groups, words, colors) {
    this.words = words;
    this.search.placeholder = words.hint;
    this.search.setAttribute("aria-label", words.search);
    this.section.setAttribute("aria-label", words.palette);
    this.opener.setAttribute("aria-label", words.palette);
    this.opener.title = words.palette;
    const signature = JSON.stringify([groups, colors]);
    if (signature === this.signature) return;
    this.signature = signature;
    this.groups = groups;
    this.colors = colors;
    this.closed ??= new Set(groups.slice(1).map((group) => group.name));
    this.#draw();
  }

  #draw() {
    const terms = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = terms.length ? [{ name: this.words.found, entries: this.#find(terms) }] : [...this.#recent(), ...this.groups];
    this.list.replaceChildren(...found.map((group) => this.#group(group, terms.length > 0)));
    const first = this.list.querySelector(".entry");
    if (first) first.tabIndex = 0;
  }

  // Names that begin so come first, then names, other words, and what is said about it.
  #find(terms) {
    const rank = (entry) => {
      const name = entry.name.toLowerCase();
      const all = `${name} ${entry.words} ${entry.help}`.toLowerCase();
      if (!terms.every((term) => all.includes(term))) return -1;
      if (name === terms[0]) return 0;
      if (name.startsWith(terms[0])) return 1;
      if (name.includes(terms[0])) return 2;
      return entry.words.toLowerCase().includes(terms[0]) ? 3 : 4;
    };
    const seen = new Set();
    return this.groups
      .flatMap((group) => group.entries)
      .filter((entry) => !seen.has(entry.key) && seen.add(entry.key))
      .map((entry) => [rank(entry), entry])
      .filter(([place]) => place >= 0)
      .sort(([a], [b]) => a - b)
      .map(([, entry]) => entry);
  }

  #group(group, searching) {
    const closed = !searching && this.closed.has(group.name);
    const box = element("div", "group");
    const head = element("button", "head", `${group.name}`);
    head.type = "button";
    head.setAttribute("aria-expanded", String(!closed));
    head.dataset.group = group.name;
    head.append(element("span", "number", String(group.entries.length)));
    box.append(head);
    if (closed) return box;
    const list = element("div", "items");
    list.append(...group.entries.map((entry) => this.#entry(entry)));
    box.append(list);
    return box;
  }

  // What was used last, where anything was; a design's own may be gone.
  #recent() {
    const known = new Map(this.groups.flatMap((group) => group.entries).map((entry) => [entry.key, entry]));
    const entries = this.recent.keys.filter((key) => known.has(key)).map((key) => known.get(key));
    return entries.length ? [{ name: this.words.recent, entries }] : [];
  }

  // What a drag takes up: an entry. A drawer makes way for what is dragged out of it.
  take(event) {
    const entry = event.target.closest?.(".entry")?.entry;
    return entry && { entry, label: entry.name };
  }

  // An entry was put into the design. Where the focus is on an entry the list stays as it is, and the focus with it.
  used(entry) {
    this.recent.note(entry.key);
    if (!this.list.contains(this.list.getRootNode().activeElement)) this.#draw();
  }

  #entry(entry) {
    const item = element("div", "entry", entry.name);
    item.entry = entry;
    item.tabIndex = -1;
    item.setAttribute("role", "button");
    item.setAttribute("aria-label", `${this.words.add} ${entry.name}`);
    item.title = entry.help;
    item.style.setProperty("--mark", this.colors[entry.family]);
    return item;
  }

  #click(event) {
    const head = event.target.closest(".head");
    if (head) {
      const name = head.dataset.group;
      if (!this.closed.delete(name)) this.closed.add(name);
      this.#draw();
      this.list.querySelector(`[data-group="${CSS.escape(name)}"]`)?.focus();
    }
    if (event.detail === 2 && event.target.closest(".entry")) this.add(event.target.closest(".entry").entry);
  }

  #searchKey(event) {
    const first = this.list.querySelector(".entry");
    if (event.key === "Enter" && first && this.search.value) this.add(first.entry);
    else if (event.key === "ArrowDown") first?.focus();
    else if (event.key === "Escape" && this.search.value) {
      this.search.value = "";
      this.#draw();
    } else if (event.key === "Escape") this.open(false);
    else return;
    event.preventDefault();
  }

  #key(event) {
    const item = event.target.closest(".entry");
    if (!item) return;
    const items = [...this.list.querySelectorAll(".entry")];
    const place = items.indexOf(item);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") this.add(item.entry);
    else if (event.key === "ArrowUp" && place === 0) this.search.focus();
    else if (next !== undefined) items[next]?.focus();
    else return;
    event.preventDefault();
  }
}

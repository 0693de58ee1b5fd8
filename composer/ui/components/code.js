// The code: lines of colored pieces. A line that is about a node can be selected by mouse or keyboard, and the lines
// of what is selected stand out. Lines are made anew only when the text changes.

import { themeOf } from "./theme.js";

const instances = new WeakMap();
const CLICK = 4; // pixels that a pointer may move in a click; beyond it text is being selected
const CONTEXT = 2; // lines that are seen above the first one that stands out

export default function ({ data, parentElement, setTriggerValue }) {
  let code = instances.get(parentElement);
  if (!code) {
    code = new Code(parentElement);
    instances.set(parentElement, code);
  }
  code.send = (path) => setTriggerValue("select", path);
  code.update(data);
}

class Code {
  constructor(root) {
    this.list = element("div", "lines");
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-multiselectable", "true");
    this.said = element("span", "said");
    this.said.setAttribute("role", "status");
    this.button = element("button", "copy");
    this.button.type = "button";
    this.frame = element("div", "frame");
    const tools = element("div", "tools");
    tools.append(this.said, this.button);
    this.frame.append(tools, this.list);
    root.append(this.frame);
    this.#listen();
  }

  update({ lines, about, selected, marked, words }) {
    this.words = words;
    this.frame.dataset.theme = themeOf(this.frame);
    this.list.setAttribute("aria-label", words.code);
    this.button.textContent = words.copy;
    const text = lines.map(textOf).join("\n");
    const same = text === this.text && about.every((path, number) => path === this.about[number]);
    if (!same) this.#draw(text, lines, about);
    const moved = selected !== this.selected;
    this.selected = selected;
    this.#mark(marked);
    if (moved && selected !== this.sent) this.#reveal();
    this.sent = undefined;
  }

  #draw(text, lines, about) {
    const focused = this.#lines().indexOf(this.list.getRootNode().activeElement);
    this.text = text;
    this.about = about;
    this.list.style.setProperty("--digits", String(lines.length).length);
    this.list.replaceChildren(...lines.map((pieces, number) => lineOf(pieces, number + 1, about[number])));
    if (focused >= 0) this.#lines()[focused]?.focus({ preventScroll: true });
  }

  #lines() {
    return [...this.list.children];
  }

  #mark(ranges) {
    this.marked = [];
    this.#lines().forEach((line, index) => {
      const marked = ranges.some(([first, last]) => first <= index + 1 && index + 1 <= last);
      line.classList.toggle("marked", marked);
      line.setAttribute("aria-selected", String(marked));
      if (marked) this.marked.push(line);
    });
    const own = this.#reachable().find((line) => line.dataset.path === this.selected);
    this.#stop(this.#reachable().find((line) => line.matches(":focus")) ?? own);
  }

  #reachable() {
    return this.#lines().filter((line) => line.dataset.path !== undefined);
  }

  // Let Tab come to this line, and to no other.
  #stop(line = this.#reachable()[0]) {
    this.list.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    line?.setAttribute("tabindex", "0");
  }

  // Bring the first lines that stand out into sight, without a scroll of the page.
  #reveal() {
    if (!this.marked.length) return;
    const [first] = this.marked;
    let last = first;
    while (this.marked.includes(last.nextSibling)) last = last.nextSibling;
    const top = Math.max(0, first.offsetTop - CONTEXT * first.offsetHeight);
    const bottom = last.offsetTop + last.offsetHeight;
    const { scrollTop, clientHeight } = this.list;
    if (top >= scrollTop && bottom <= scrollTop + clientHeight) return;
    this.list.scrollTop = top;
  }

  #select(path) {
    this.sent = path;
    this.send(path);
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(`${this.text}\n`);
      this.#say(this.words.copied);
    } catch {
      getSelection().selectAllChildren(this.list);
      this.#say(this.words.refused);
    }
  }

  #say(text) {
    this.said.textContent = text;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => (this.said.textContent = ""), 4000);
  }

  #listen() {
    let start;
    this.button.addEventListener("click", () => this.#copy());
    this.list.addEventListener("pointerdown", (event) => (start = event));
    this.list.addEventListener("click", (event) => {
      const far = Math.hypot(event.clientX - start?.clientX, event.clientY - start?.clientY) > CLICK;
      const line = event.target.closest("[data-path]");
      if (line && !far) this.#select(line.dataset.path);
    });
    this.list.addEventListener("focusin", (event) => this.#stop(event.target.closest("[data-path]")));
    this.list.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const line = event.target.closest("[data-path]");
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = this.#reachable();
    const at = all.indexOf(line);
    const acts = {
      ArrowDown: () => all[at + 1]?.focus(),
      ArrowUp: () => all[at - 1]?.focus(),
      Home: () => all[0].focus(),
      End: () => all.at(-1).focus(),
      Enter: () => this.#select(line.dataset.path),
      " ": () => this.#select(line.dataset.path),
      Escape: () => this.#select(""),
    };
    if (!acts[event.key]) return;
    acts[event.key]();
    event.preventDefault();
  }
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

const textOf = (pieces) => pieces.filter((_, index) => index % 2).join("");

function lineOf(pieces, number, path) {
  const line = element("div", "line");
  line.dataset.number = number;
  line.setAttribute("role", "option");
  line.setAttribute("aria-label", [number, path, textOf(pieces).trim()].filter(Boolean).join(" "));
  if (path === null) line.setAttribute("aria-disabled", "true");
  else Object.assign(line.dataset, { path });
  if (path !== null) line.setAttribute("tabindex", "-1");
  for (let at = 0; at < pieces.length; at += 2) line.append(pieceOf(pieces[at], pieces[at + 1]));
  return line;
}

function pieceOf(kind, text) {
  if (!kind) return text;
  const piece = element("span", kind);
  piece.textContent = text;
  return piece;
}

// The graph: an SVG to pan and zoom, whose nodes can be selected by mouse or keyboard. Selecting is a CSS class:
// the picture is laid out anew only when the design changes.

import { Tools } from "./graph_tools.js";
import { Wiring } from "./graph_wiring.js";
import { nearest } from "./nearest.js";
import { themeOf } from "./theme.js";
import { View } from "./view.js";

const instances = new WeakMap();
const CLICK = 4; // pixels that a pointer may move in a click

export default function ({ data, parentElement, setTriggerValue }) {
  let graph = instances.get(parentElement);
  if (!graph) {
    graph = new Graph(parentElement);
    instances.set(parentElement, graph);
  }
  graph.send = (path) => setTriggerValue("select", path);
  graph.fold = (asked) => setTriggerValue("toggle", asked);
  graph.deepen = (asked) => setTriggerValue("depth", asked);
  graph.wire = (message) => setTriggerValue("wire", message);
  graph.update(data);
  return () => graph.close();
}

class Graph {
  constructor(root) {
    this.stage = document.createElement("div");
    this.stage.className = "stage";
    this.styles = document.createElement("style");
    this.frame = document.createElement("div");
    this.frame.className = "frame";
    this.frame.append(this.stage);
    this.tools = new Tools(this.frame);
    this.wiring = new Wiring(this.frame, (message) => this.wire(message), () => this.#markWires());
    root.append(this.styles, this.frame);
    this.parts = {}; // id → what is drawn there
    this.elements = new Map(); // id → its element
    this.marked = []; // ids of what shows the selected path
    this.view = new View(this.stage);
    this.#addTools();
    this.#listen();
  }

  close() {
    this.view.close();
  }

  update(data) {
    const { id, svg, parts, selected, marked, levels, styles, words } = data;
    this.words = words;
    this.levels = levels;
    this.frame.dataset.theme = themeOf(this.frame);
    if (this.styles.textContent !== styles) this.styles.textContent = styles;
    if (id !== this.id) this.view.forget();
    this.id = id;
    let moved = selected !== this.selected && selected !== this.sent;
    const toggled = this.toggled;
    if (svg !== this.text || words.graph !== this.label) this.#draw(svg, parts, marked, words.graph);
    this.#showTools();
    this.selected = selected;
    this.marked = marked;
    this.#mark();
    this.wiring.update(data);
    moved ||= toggled !== this.toggled && this.parts[marked[0]]?.fold !== toggled; // it came out of what was opened
    if (moved) this.#reveal();
    this.sent = undefined;
  }

  #draw(text, parts, marked, label) {
    const focused = this.parts[this.#idOf(this.stage.getRootNode().activeElement)];
    const anchor = this.#box(this.#kept(this.marked));
    const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    tidy(svg, label);
    this.text = text;
    this.label = label;
    this.parts = parts;
    this.elements = new Map();
    for (const [id, part] of Object.entries(parts)) {
      const element = svg.querySelector(`[id="${CSS.escape(id)}"]`);
      if (!element) continue;
      element.dataset.path = part.path;
      element.setAttribute("role", "option");
      element.setAttribute("tabindex", "-1");
      element.setAttribute("aria-label", [...texts(element), part.path].filter(Boolean).join(" "));
      this.elements.set(id, element);
    }
    this.stage.replaceChildren(svg);
    this.view.show(svg, anchor, () => this.#box(this.#kept(marked)));
    this.elements.get(this.#same(focused))?.focus({ preventScroll: true });
    this.toggled = undefined;
  }

  // What stays where it is in the next picture: what was opened or closed, else what is selected.
  #kept(marked) {
    return this.toggled === undefined ? marked[0] : this.#find((part) => part.fold === this.toggled);
  }

  // The part of a new picture that has the place of one of the picture before.
  #same(part) {
    if (!part) return undefined;
    const tests = [(each) => each.key === part.key, (each) => each.path === part.path, (each) => each.fold === this.toggled];
    return tests.map((test) => this.#find(test)).find((id) => id !== undefined);
  }

  #find(test) {
    return Object.keys(this.parts).find((id) => test(this.parts[id]));
  }

  #mark() {
    for (const [id, element] of this.elements) {
      const own = this.marked.includes(id);
      element.classList.toggle("selected", own);
      element.setAttribute("aria-selected", String(own));
      element.setAttribute("tabindex", "-1");
    }
    const entry = this.elements.get(this.marked[0]) ?? this.elements.values().next().value;
    entry?.setAttribute("tabindex", "0");
  }

  // What feeds the selected node is marked while wires are chosen.
  #markWires() {
    this.tools.press("wire", this.wiring.active);
    this.tools.enable("wire", this.selected !== "");
    for (const each of this.stage.querySelectorAll(".node, .cluster, .edge")) {
      each.classList.toggle("feeds", this.wiring.active && this.wiring.feeds.has(each.id));
    }
  }

  // What is under the pointer, or has the focus, was chosen: select it, or let it feed what is selected.
  #choose(id) {
    const part = this.parts[id];
    if (!this.wiring.active) this.#select(id);
    else if (part?.role === "run" && !part.open) this.#toggle(id);
    else this.wiring.connect(id, part);
  }

  #reveal() {
    const box = this.#box(this.marked[0]);
    if (box) this.view.reveal(box);
  }

  #box(id) {
    const element = this.elements.get(id);
    return element?.isConnected ? element.getBoundingClientRect() : undefined;
  }

  // Select what is drawn as `id`, at once; the server says where else its path is to be seen.
  #select(id) {
    const path = this.parts[id]?.path ?? "";
    this.sent = path;
    this.selected = path;
    this.marked = path ? [id] : [];
    this.#mark();
    this.wiring.target = path;
    this.#markWires();
    this.send(path);
  }

  // Open or close the block that is drawn as `id`, or else the one around it.
  #toggle(id) {
    let part = this.parts[id];
    while (part && part.fold === undefined) part = this.parts[part.group];
    if (!part) return;
    this.toggled = part.fold;
    this.fold({ path: part.fold, open: !part.open });
  }

  #idOf(target) {
    return target?.closest?.("[data-path]")?.id;
  }

  #addTools() {
    this.tools.add("wire", "⌁", () => this.wiring.toggle());
    this.tools.add("shallower", "‹", () => this.#go({ depth: this.levels.depth - 1 }));
    this.tools.add("fitting", "", () => this.#go({ depth: this.levels.chosen ? null : this.levels.depth }));
    this.tools.add("deeper", "›", () => this.#go({ depth: this.levels.depth + 1 }));
    this.tools.add("uses", "⊡", () => this.#go({ uses: !this.levels.uses }));
    this.tools.add("toggle", "⊞", () => this.#toggle(this.marked[0]));
    this.tools.add("zoomOut", "−", () => this.view.zoom(0.8));
    this.tools.add("zoomIn", "+", () => this.view.zoom(1.25));
    this.tools.add("fit", "⤢", () => this.view.fit());
  }

  // Open other levels of blocks than those that are.
  #go(asked) {
    const { depth, chosen, uses } = this.levels;
    this.deepen({ depth: chosen ? depth : null, uses, ...asked });
  }

  #showTools() {
    const { depth, chosen, deeper, uses } = this.levels;
    this.tools.name(this.words);
    this.tools.buttons.get("fitting").textContent = depth;
    this.tools.press("fitting", !chosen);
    this.tools.press("uses", uses);
    this.tools.enable("shallower", depth > 0);
    this.tools.enable("deeper", deeper);
    this.tools.enable("uses", this.levels.used);
  }

  #listen() {
    let start;
    this.stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = { x: event.clientX, y: event.clientY, last: [event.clientX, event.clientY], moved: false, target: event.target };
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (!start) return;
      const far = Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK;
      if (far && !start.moved) {
        start.moved = true;
        this.stage.setPointerCapture(event.pointerId);
        this.stage.classList.add("panning");
      }
      if (start.moved) this.view.pan(start.last[0] - event.clientX, start.last[1] - event.clientY);
      start.last = [event.clientX, event.clientY];
    });
    const end = (event) => {
      if (start && !start.moved && event.type === "pointerup") this.#choose(this.#idOf(start.target));
      start = undefined;
      this.stage.classList.remove("panning");
    };
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
    this.stage.addEventListener("wheel", (event) => this.view.wheel(event), { passive: false });
    this.stage.addEventListener("dblclick", (event) => this.wiring.active || this.#toggle(this.#idOf(event.target)));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focusin", (event) => {
      if (event.target.matches(":focus-visible")) this.view.reveal(event.target.getBoundingClientRect());
    });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.closest("[data-path]");
    const all = [...this.elements.values()];
    const acts = {
      Enter: () => own && this.#choose(own.id),
      " ": () => own && this.#choose(own.id),
      e: () => this.#toggle(own?.id),
      Escape: () => this.#select(),
      Home: () => all[0]?.focus(),
      End: () => all.at(-1)?.focus(),
      "<": () => this.tools.click("shallower"),
      ">": () => this.tools.click("deeper"),
      i: () => this.tools.click("wire"),
      u: () => this.tools.click("uses"),
      "+": () => this.view.zoom(1.25),
      "=": () => this.view.zoom(1.25),
      "-": () => this.view.zoom(0.8),
      0: () => this.view.fit(),
    };
    const act = event.key.startsWith("Arrow") && own ? () => nearest(own, all, event.key.slice(5))?.focus() : acts[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  }
}

const texts = (element) => [...element.querySelectorAll("text")].map((each) => each.textContent.trim());

// Keep nothing that could act, and the parts' own titles but not one over everything.
function tidy(svg, label) {
  svg.querySelectorAll("script, foreignObject, a, g.graph > title").forEach((each) => each.remove());
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("role", "listbox");
  svg.setAttribute("aria-label", label);
  svg.querySelectorAll("g.graph").forEach((each) => each.setAttribute("role", "none"));
  svg.querySelectorAll("g.edge").forEach((each) => each.setAttribute("aria-hidden", "true"));
}

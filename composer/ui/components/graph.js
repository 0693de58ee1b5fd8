// The graph: an SVG to pan and zoom, whose nodes can be selected by mouse or keyboard. Selecting is a CSS class:
// the picture is laid out anew only when the design changes.

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
  graph.update(data);
  return () => graph.close();
}

class Graph {
  constructor(root) {
    this.stage = document.createElement("div");
    this.stage.className = "stage";
    this.tools = document.createElement("div");
    this.tools.className = "tools";
    this.tools.setAttribute("role", "toolbar");
    this.styles = document.createElement("style");
    this.frame = document.createElement("div");
    this.frame.className = "frame";
    this.frame.append(this.stage, this.tools);
    root.append(this.styles, this.frame);
    this.nodes = new Map(); // path → its elements
    this.view = new View(this.stage);
    this.#addTools();
    this.#listen();
  }

  close() {
    this.view.close();
  }

  update({ id, svg, index, folds, selected, styles, words }) {
    this.folds = folds;
    this.words = words;
    this.frame.dataset.theme = themeOf(this.frame);
    if (this.styles.textContent !== styles) this.styles.textContent = styles;
    if (id !== this.id) this.view.forget();
    this.id = id;
    if (svg !== this.text || words.graph !== this.label) this.#draw(svg, index, words.graph);
    this.#name();
    const moved = selected !== this.selected;
    this.selected = selected;
    this.#mark();
    if (moved && selected !== this.sent) this.#reveal();
    this.sent = undefined;
  }

  #draw(text, index, label) {
    const focused = this.#pathOf(this.stage.getRootNode().activeElement);
    const anchor = this.#box(this.selected);
    const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    tidy(svg, label);
    this.text = text;
    this.label = label;
    this.nodes = new Map();
    for (const [id, path] of Object.entries(index)) {
      const element = svg.querySelector(`[id="${CSS.escape(id)}"]`);
      if (!element) continue;
      element.dataset.path = path;
      element.setAttribute("role", "option");
      element.setAttribute("aria-label", [...texts(element), path].filter(Boolean).join(" "));
      if (!this.nodes.has(path)) this.nodes.set(path, []);
      this.nodes.get(path).push(element);
    }
    this.stage.replaceChildren(svg);
    this.view.show(svg, anchor, () => this.#box(this.selected));
    if (focused !== undefined) this.nodes.get(focused)?.[0].focus({ preventScroll: true });
  }

  #mark() {
    const all = [...this.nodes.values()].flat();
    for (const element of all) {
      const own = this.selected !== "" && element.dataset.path === this.selected;
      element.classList.toggle("selected", own);
      element.setAttribute("aria-selected", String(own));
      element.setAttribute("tabindex", "-1");
    }
    const entry = this.nodes.get(this.selected)?.[0] ?? all[0];
    entry?.setAttribute("tabindex", "0");
  }

  #reveal() {
    const box = this.#box(this.selected);
    if (box) this.view.reveal(box);
  }

  #box(path) {
    return this.nodes.get(path)?.[0]?.isConnected ? this.nodes.get(path)[0].getBoundingClientRect() : undefined;
  }

  #select(path) {
    this.sent = path;
    this.selected = path;
    this.#mark();
    this.send(path);
  }

  // Open or close the block that is drawn as `element`.
  #toggle(element) {
    const [path, open] = this.folds[element?.id] ?? [];
    if (path) this.fold({ path, open: !open });
  }

  #pathOf(target) {
    return target?.closest?.("[data-path]")?.dataset.path;
  }

  #addTools() {
    const make = (name, sign, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.name = name;
      button.textContent = sign;
      button.addEventListener("click", act);
      this.tools.append(button);
    };
    make("zoomIn", "+", () => this.view.zoom(1.25));
    make("zoomOut", "−", () => this.view.zoom(0.8));
    make("toggle", "⊞", () => this.#toggle(this.nodes.get(this.selected)?.[0]));
    make("fit", "⤢", () => this.view.fit());
  }

  #name() {
    this.tools.setAttribute("aria-label", this.words.tools);
    for (const button of this.tools.children) {
      button.title = this.words[button.dataset.name];
      button.setAttribute("aria-label", this.words[button.dataset.name]);
    }
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
      if (start && !start.moved && event.type === "pointerup") this.#select(this.#pathOf(start.target) ?? "");
      start = undefined;
      this.stage.classList.remove("panning");
    };
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
    this.stage.addEventListener("wheel", (event) => this.view.wheel(event), { passive: false });
    this.stage.addEventListener("dblclick", (event) => this.#toggle(event.target.closest?.("[data-path]")));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focusin", (event) => {
      if (event.target.matches(":focus-visible")) this.view.reveal(event.target.getBoundingClientRect());
    });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.closest("[data-path]");
    const all = [...this.nodes.values()].flat();
    const acts = {
      Enter: () => own && this.#select(own.dataset.path),
      " ": () => own && this.#select(own.dataset.path),
      e: () => this.#toggle(own),
      Escape: () => this.#select(""),
      Home: () => all[0]?.focus(),
      End: () => all.at(-1)?.focus(),
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

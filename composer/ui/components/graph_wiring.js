// Wiring by clicks: while it is on, a click on a part of the graph says that it feeds what is selected, or no longer.

import { Outbox } from "./editor_outbox.js";

export class Wiring {
  // `send` takes a message of the outbox; `changed` is called when wiring begins or ends.
  constructor(frame, send, changed) {
    this.frame = frame;
    this.changed = changed;
    this.active = false;
    this.outbox = new Outbox(send);
    this.hint = document.createElement("div");
    this.hint.className = "hint";
    this.hint.setAttribute("role", "status");
    frame.append(this.hint);
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.active) {
        event.stopImmediatePropagation();
        this.stop();
      }
    }, true);
  }

  update({ selected, feeds, acks, words }) {
    this.outbox.acknowledge(acks);
    this.words = words;
    this.target = selected;
    this.feeds = new Set(feeds);
    if (!selected) this.active = false;
    this.#show();
  }

  toggle() {
    this.active = !this.active && Boolean(this.target);
    this.#show();
  }

  stop() {
    this.active = false;
    this.#show();
  }

  // The part `id` was clicked: say so, and show at once what will become of it.
  connect(id, part) {
    if (!part || part.role === "output" || (part.path === this.target && part.role !== "run")) return;
    if (part.role === "merge" && !part.path) return; // the whole design
    this.outbox.add([{ edit: "connect", path: this.target, ...this.#source(part) }]);
    if (!this.feeds.delete(id)) this.feeds.add(id);
    this.#show();
  }

  // The node of the document that a part stands for, as seen from the target: inside a definition by its place there.
  #source(part) {
    if (part.role === "input") return { input: part.name };
    const inside = this.target.startsWith(".") || part.role === "run";
    return { source: inside ? part.path : part.key };
  }

  #show() {
    this.frame.classList.toggle("wiring", this.active);
    this.hint.textContent = this.active ? this.words.hint : "";
    this.changed();
  }
}

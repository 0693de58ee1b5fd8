// The editor: a palette, and the stack of nested blocks. Every change is an operation that goes through the outbox
// and is shown at once; what the server answers replaces it.

import { Model } from "./editor_model.js";
import { Outbox } from "./editor_outbox.js";
import { element, Palette } from "./editor_palette.js";
import { Stack } from "./editor_stack.js";
import { themeOf } from "./theme.js";

const instances = new WeakMap();
let shown; // the editor that is on the page

// Undo and redo work anywhere on the page, but in a field they are the field's own.
document.addEventListener("keydown", (event) => {
  const inField = event.composedPath().some((at) => at.matches?.("input, textarea, select, [contenteditable=true]"));
  const edit = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !edit || inField || !shown?.frame.isConnected) return;
  event.preventDefault();
  shown.act([{ edit }]);
});

export default function ({ data, parentElement, setTriggerValue }) {
  let editor = instances.get(parentElement);
  if (!editor) {
    editor = new Editor(parentElement);
    instances.set(parentElement, editor);
  }
  shown = editor;
  editor.trigger = setTriggerValue;
  editor.update(data);
}

class Editor {
  constructor(root) {
    this.frame = element("div", "editor");
    const panes = element("div", "panes");
    this.frame.append(panes);
    root.append(this.frame);
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.palette = new Palette(panes, (entry) => this.stack.insert(entry));
    this.stack = new Stack(panes, {
      act: (operations, shown) => this.act(operations, shown),
      select: (paths) => this.trigger("select", paths),
      search: () => this.palette.open(true),
    });
  }

  update(data) {
    this.data = data;
    this.outbox.acknowledge(data.acks);
    this.frame.dataset.theme = themeOf(this.frame);
    this.frame.dataset.open = this.outbox.open.length;
    const colors = data.colors[this.frame.dataset.theme];
    this.palette.update(data.palette, data.words, colors);
    this.stack.update(this.#model(), data, colors);
  }

  act(operations, shown) {
    this.outbox.add(operations, shown);
    this.frame.dataset.open = this.outbox.open.length;
    this.stack.draw(this.#model());
  }

  #model() {
    const model = new Model(this.data.rows);
    for (const { operations, shown } of this.outbox.open) {
      for (const operation of operations) {
        if (operation.edit === "insert") model.insert(operation, shown);
        else model.apply(operation);
      }
    }
    return model;
  }
}

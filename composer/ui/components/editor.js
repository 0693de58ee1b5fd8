// The editor: a palette, and the stack of nested blocks. Every change is an operation that goes through the outbox
// and is shown at once; what the server answers replaces it.

import { Clipboard } from "./editor_clipboard.js";
import { Drag } from "./editor_drag.js";
import { Model } from "./editor_model.js";
import { Outbox } from "./editor_outbox.js";
import { Palette } from "./editor_palette.js";
import { Stack } from "./editor_stack.js";
import { element } from "./element.js";
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
    this.frame.paths = () => [...this.#model().byPath.keys()]; // for tests: all that the page shows or could show
    root.append(this.frame);
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.palette = new Palette(panes, (entry) => this.stack.insert(entry));
    this.stack = new Stack(panes, {
      act: (operations, shown) => this.act(operations, shown),
      select: (paths) => this.trigger("select", paths),
      search: () => this.palette.open(true),
      used: (entry) => this.palette.used(entry),
      copy: (paths, cut) => this.clipboard.ask(paths, cut),
    });
    this.clipboard = new Clipboard(this.stack, (asked) => this.trigger("copy", asked));
    new Drag(this.frame, {
      take: (event) => this.palette.take(event) ?? this.stack.take(event),
      stack: this.stack,
      done: () => this.palette.open(false),
    });
  }

  update(data) {
    this.data = data;
    this.outbox.acknowledge(data.acks);
    const theme = themeOf(this.frame);
    this.frame.dataset.theme = theme;
    this.frame.dataset.open = this.outbox.open.length;
    this.palette.update(data.palette, data.words, data.colors[theme]);
    this.stack.update(this.#model(), data, data.colors[theme], theme);
    this.clipboard.answer(data.clip);
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
        if (/^(insert|set_shortcut)/.test(operation.edit)) model.insert(operation, shown);
        else model.apply(operation);
      }
    }
    return model;
  }
}

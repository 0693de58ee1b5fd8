// The form of a custom layer: its name, then sections of cards that open and close, each with what can be added.
// What is entered goes through an outbox, as in the inspector.

import { Outbox } from "./editor_outbox.js";
import { element } from "./element.js";
import { Rows } from "./inspector_rows.js";
import { Section, problemsOf } from "./layer_cards.js";
import { themeOf } from "./theme.js";

const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let form = instances.get(parentElement);
  if (!form) {
    form = new Form(parentElement);
    instances.set(parentElement, form);
  }
  form.trigger = setTriggerValue;
  form.update(data);
}

class Form {
  constructor(root) {
    this.frame = element("section", "inspector layer");
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.act = (operations) => {
      this.outbox.add(operations);
      this.frame.dataset.open = this.outbox.open.length;
    };
    this.rows = new Rows((path, key, value) => this.act([{ edit: "entry", path, key, value }]), this.act);
    this.problems = element("div", "problems");
    this.sections = [];
    this.frame.append(this.rows.list, this.problems);
    root.append(this.frame);
  }

  update(data) {
    this.outbox.acknowledge(data.acks);
    this.frame.dataset.open = this.outbox.open.length;
    this.frame.dataset.theme = themeOf(this.frame);
    this.frame.setAttribute("aria-label", data.words.form);
    this.rows.update(data.path, data.entries, data.words);
    this.problems.replaceChildren(...problemsOf(data.problems, this.act));
    const other = `${data.id} ${data.sections[1].path}`;
    const kept = this.other === other || this.renamed(data);
    this.other = other;
    data.sections.forEach((section, place) => {
      if (!this.sections[place]) {
        this.sections[place] = new Section(this.act);
        this.frame.append(this.sections[place].element);
      }
      this.sections[place].update(section, data.words, kept);
    });
    this.counts = data.sections.map(({ cards }) => cards.map(({ title }) => title).join());
  }

  // The same things under another name of the layer.
  renamed(data) {
    return data.sections.every(({ cards }, place) => cards.map(({ title }) => title).join() === this.counts?.[place]);
  }
}

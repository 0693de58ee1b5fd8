// Cards with forms, one for each rule in their order. What is entered goes through an outbox, as in the inspector.

import { button } from "./buttons.js";
import { Outbox } from "./editor_outbox.js";
import { element } from "./element.js";
import { Rows } from "./inspector_rows.js";
import { themeOf } from "./theme.js";

const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let list = instances.get(parentElement);
  if (!list) {
    list = new RuleList(parentElement);
    instances.set(parentElement, list);
  }
  list.trigger = setTriggerValue;
  list.update(data);
}

class RuleList {
  constructor(root) {
    this.frame = element("section", "inspector rules");
    this.list = element("ol", "cards");
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.cards = [];
    this.rows = new Rows((path, key, value) => this.act([{ edit: "entry", path, key, value }]));
    this.frame.append(this.rows.list, this.list);
    this.add = button({ label: "" }, () => this.act(this.data.add.operations));
    this.frame.append(this.add);
    root.append(this.frame);
  }

  update(data) {
    this.data = data;
    this.outbox.acknowledge(data.acks);
    this.frame.dataset.open = this.outbox.open.length;
    this.frame.dataset.theme = themeOf(this.frame);
    this.frame.setAttribute("aria-label", data.words.rules);
    this.add.textContent = `+ ${data.add.label}`;
    this.rows.update(data.path, data.entries, data.words);
    const cards = data.cards.map((_, place) => this.cards[place] ?? new Card((operations) => this.act(operations)));
    cards.forEach((card, place) => card.update(data.cards[place], data.words));
    if (cards.length !== this.cards.length) this.list.replaceChildren(...cards.map((card) => card.element));
    this.cards = cards;
  }

  act(operations) {
    this.outbox.add(operations);
    this.frame.dataset.open = this.outbox.open.length;
  }
}

class Card {
  constructor(act) {
    this.act = act;
    this.element = element("li", "card");
    this.title = element("h3");
    this.tools = element("div", "tools");
    this.note = element("p", "note");
    this.problems = element("div", "problems");
    this.rows = new Rows((path, key, value) => act([{ edit: "entry", path, key, value }]), act);
    const top = element("div", "top");
    top.append(this.title, this.tools);
    this.element.append(top, this.rows.list, this.note, this.problems);
  }

  update({ path, title, note, problems, fixes, buttons, entries }, words) {
    this.title.textContent = title;
    this.note.textContent = note;
    this.rows.update(path, entries, words);
    const text = JSON.stringify([buttons, problems, fixes]);
    if (text === this.drawn) return;
    this.drawn = text;
    const place = [...this.tools.children].indexOf(this.element.getRootNode().activeElement);
    this.tools.replaceChildren(...buttons.map((known) => button(known, () => this.act(known.operations))));
    this.tools.children[place]?.focus({ preventScroll: true });
    const sentences = problems.map((problem) => element("p", "", problem));
    const offered = fixes.map((known) => button(known, () => this.act(known.operations)));
    this.problems.replaceChildren(...sentences, ...offered);
    this.problems.className = problems.length ? "problems problem" : "problems";
  }
}

// The inspector: what is selected, with a form. What is typed goes through an outbox, as in the editor, so that no
// value is lost while the page is drawn again; a row that is being typed in is left alone.

import { drawer } from "./drawer.js";
import { Outbox } from "./editor_outbox.js";
import { element } from "./element.js";
import { Menu } from "./inspector_menu.js";
import { Rows } from "./inspector_rows.js";
import { themeOf } from "./theme.js";

const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let inspector = instances.get(parentElement);
  if (!inspector) {
    inspector = new Inspector(parentElement);
    instances.set(parentElement, inspector);
  }
  inspector.trigger = setTriggerValue;
  inspector.update(data);
}

class Inspector {
  constructor(root) {
    this.frame = element("section", "inspector");
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.head = element("div", "head");
    this.facts = element("dl", "facts");
    this.tools = element("div", "tools");
    this.problems = element("div", "problems");
    this.more = element("div", "tools");
    const act = (operations) => this.act(operations);
    this.menu = new Menu(act);
    this.rows = new Rows((path, key, value) => act([{ edit: "entry", path, key, value }]), act);
    this.body = element("div", "body");
    this.body.append(this.head, this.facts, this.tools, this.problems, this.rows.list, this.more);
    this.frame.append(this.body);
    root.append(this.frame);
    this.drawer = drawer(this.frame, this.body);
  }

  update(data) {
    const moved = data.path !== this.data?.path || data.id !== this.data?.id;
    this.data = data;
    this.outbox.acknowledge(data.acks);
    this.frame.dataset.open = this.outbox.open.length;
    this.frame.dataset.theme = themeOf(this.frame);
    this.frame.setAttribute("aria-label", data.words.inspector);
    this.drawer.name(data.words);
    this.#draw("head", this.head, data.head, () => headOf(data.head, data.words));
    this.#draw("facts", this.facts, data.facts, () => data.facts.flatMap(factOf));
    this.#draw("tools", this.tools, [data.way, data.actions, data.words.actions], () => this.#toolsOf(data));
    this.#draw("problems", this.problems, data.problems, () => data.problems.map((each) => this.#problemOf(each)));
    this.#draw("more", this.more, data.more, () => data.more.map((each) => this.#buttonOf(each)));
    this.rows.update(data.path, data.entries, data.words);
    if (moved) this.body.scrollTop = 0;
  }

  act(operations) {
    this.outbox.add(operations);
    this.frame.dataset.open = this.outbox.open.length;
  }

  // Put new elements in the place of the old where what they are of has changed.
  #draw(name, place, of, make) {
    const text = JSON.stringify(of);
    this.drawn ??= {};
    if (this.drawn[name] === text) return;
    this.drawn[name] = text;
    const made = make();
    place.replaceChildren(...made);
    place.hidden = !made.length;
  }

  #toolsOf(data) {
    const ways = data.way.map(({ label, help, path }) => {
      const button = buttonOf(label, help);
      button.addEventListener("click", () => this.trigger("select", path));
      return button;
    });
    return data.actions.length ? [...ways, this.menu.draw(data.words.actions, data.actions)] : ways;
  }

  #problemOf({ text, detail, fixes }) {
    const problem = element("div", "problem");
    const sentence = element("p", "", text);
    sentence.title = detail;
    problem.append(sentence, ...fixes.map((fix) => this.#buttonOf(fix)));
    return problem;
  }

  #buttonOf({ label, help, operations }) {
    const button = buttonOf(label, help);
    button.addEventListener("click", () => this.act(operations));
    return button;
  }
}

function headOf(head, words) {
  const title = element("h3", "", head.name);
  title.append(" ", element("span", "kind", head.kind));
  const parts = [title];
  if (head.place) parts.push(element("p", "place", head.place));
  if (head.about || head.link) {
    const about = element("p", "about", head.about);
    if (head.link) about.append(" ", linkOf(head.link, words.documentation));
    parts.push(about);
  }
  if (head.formula) parts.push(element("p", "formula", head.formula));
  return parts;
}

function linkOf(address, text) {
  const link = element("a", "", text);
  link.href = address;
  link.target = "_blank";
  link.rel = "noreferrer";
  return link;
}

function factOf({ name, value, note, title }) {
  const told = element("dd");
  told.append(element("strong", "", value));
  if (note) told.append(" ", element("span", "note", note));
  if (title) told.title = title;
  return [element("dt", "", name), told];
}

function buttonOf(label, help) {
  const button = element("button", "", label);
  button.type = "button";
  if (help) button.title = help;
  return button;
}

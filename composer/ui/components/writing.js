// The code of a custom layer: a text field over its own colored text, with line numbers. As the person pauses, the text
// goes through an outbox to the server, which answers with what is wrong, line by line. What is being typed meanwhile is
// never overwritten: the server's text is taken only where nothing of ours is on its way.

import { Outbox } from "./editor_outbox.js";
import { element } from "./element.js";
import { themeOf } from "./theme.js";
import { colored } from "./writing_colors.js";
import { keys } from "./writing_keys.js";

const instances = new WeakMap();
const PAUSE = 400; // milliseconds
const BURST = 3000; // from one sending to the next, in which both are one step of the history
const MOST = 20000; // characters, beyond which the server takes no text

export default function ({ data, parentElement, setTriggerValue }) {
  let writing = instances.get(parentElement);
  if (!writing) {
    writing = new Writing(parentElement);
    instances.set(parentElement, writing);
  }
  writing.trigger = setTriggerValue;
  writing.update(data);
}

class Writing {
  constructor(root) {
    this.frame = element("section", "writing");
    this.outbox = new Outbox((message) => this.trigger("operations", message));
    this.label = element("label");
    this.label.htmlFor = "code";
    this.help = element("span", "help");
    this.help.id = "help";
    this.gutter = element("div", "gutter");
    this.gutter.setAttribute("aria-hidden", "true");
    this.shown = element("pre");
    this.shown.setAttribute("aria-hidden", "true");
    this.field = this.#field();
    this.verdict = element("p", "verdict");
    this.verdict.id = "verdict";
    this.verdict.setAttribute("role", "status");
    this.list = element("ul", "wrong");
    this.list.id = "wrong";
    const head = element("div", "head");
    head.append(this.label, this.help);
    const layers = element("div", "layers");
    layers.append(this.shown, this.field);
    const page = element("div", "page");
    page.append(this.gutter, layers);
    this.frame.append(head, page, this.verdict, this.list);
    root.append(this.frame);
  }

  #field() {
    const field = element("textarea");
    field.id = "code";
    field.spellcheck = false;
    field.autocomplete = "off";
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("aria-describedby", "help verdict wrong");
    field.maxLength = MOST;
    field.wrap = "off";
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("blur", () => this.#send());
    keys(field);
    return field;
  }

  update(data) {
    const { id, name, text, words, acks } = data;
    if (id !== this.id || name !== this.name) {
      this.#send();
      [this.id, this.name, this.known, this.burst] = [id, name, undefined, 0];
    }
    this.outbox.acknowledge(acks);
    this.frame.dataset.open = this.outbox.open.length;
    this.frame.dataset.theme = themeOf(this.frame);
    this.label.textContent = words.code;
    this.help.textContent = words.help;
    this.list.setAttribute("aria-label", words.wrong);
    const mine = this.known !== undefined && (this.timer || this.outbox.open.length);
    if (!mine) this.#take(text);
    if (this.field.value === text) this.#tell(data.wrong, words.verdict);
  }

  // The server's text, with the caret where it was.
  #take(text) {
    this.known = text;
    if (this.field.value !== text) {
      const { selectionStart, selectionEnd } = this.field;
      this.field.value = text;
      this.field.setSelectionRange(selectionStart, selectionEnd);
    }
    this.#draw();
  }

  #typed() {
    this.#draw();
    this.frame.dataset.open = "typing";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), PAUSE);
  }

  #send() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const code = this.field.value;
    if (code !== this.known) {
      const join = performance.now() - this.burst < BURST;
      this.burst = performance.now();
      this.known = code;
      this.outbox.add([{ edit: "write", name: this.name, code, join }]);
    }
    this.frame.dataset.open = this.outbox.open.length;
  }

  #draw() {
    const text = this.field.value;
    if (text === this.drawn) return;
    this.drawn = text;
    this.shown.replaceChildren(...colored(text), "\n");
    this.#number(text.split("\n").length);
  }

  #number(count) {
    const numbers = Array.from({ length: count }, (_, place) => element("div", "", String(place + 1)));
    this.gutter.replaceChildren(...numbers);
    this.#mark();
  }

  #mark() {
    const lines = new Set((this.wrong ?? []).map(({ line }) => line));
    [...this.gutter.children].forEach((number, place) => number.classList.toggle("marked", lines.has(place + 1)));
  }

  #tell(wrong, verdict) {
    const text = JSON.stringify([wrong, verdict]);
    if (text === this.told) return;
    this.told = text;
    this.wrong = wrong;
    this.frame.classList.toggle("refused", wrong.length > 0);
    this.field.setAttribute("aria-invalid", String(wrong.length > 0));
    this.verdict.textContent = verdict;
    this.list.replaceChildren(...wrong.map((each) => this.#lineOf(each)));
    this.#mark();
  }

  // A click leads to the place in the text.
  #lineOf({ line, column, text }) {
    const button = element("button", "", text);
    button.type = "button";
    button.addEventListener("click", () => {
      const before = this.field.value.split("\n").slice(0, line - 1);
      const place = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
      this.field.focus();
      this.field.setSelectionRange(place, place);
    });
    const item = element("li");
    item.append(button);
    return item;
  }
}

// The rows of a form: a name and what holds its value. A row stays the same element while its path, key and kind do, so
// that focus and what is being typed survive every answer of the server.

import { element } from "./element.js";

export class Rows {
  // `commit` takes a path, a key and a new value, `act` the operations of a button.
  constructor(commit, act) {
    this.list = element("div", "rows");
    this.commit = commit;
    this.act = act;
    this.rows = new Map();
  }

  update(path, entries, words) {
    const moved = path !== this.path;
    const focused = [...this.rows].find(([, row]) => row.field.matches(":focus"))?.[0];
    const found = new Map();
    for (const entry of entries) {
      const name = `${entry.kind} ${entry.key}`;
      const row = (!moved && this.rows.get(name)) || new Row(path, entry, this);
      row.update(entry, words);
      found.set(name, row);
    }
    this.path = path;
    this.rows = found;
    const wanted = [...found.values()].map((row) => row.element);
    const there = this.list.children;
    if (there.length !== wanted.length || wanted.some((each, place) => each !== there[place])) {
      this.list.replaceChildren(...wanted);
      if (focused) found.get(focused)?.field.focus({ preventScroll: true });
    }
  }
}

let made = 0;

class Row {
  constructor(path, entry, rows) {
    this.path = path;
    this.key = entry.key;
    this.rows = rows;
    this.id = `entry${(made += 1)}`;
    this.element = element("div", `row ${entry.kind}`);
    this.label = element("label");
    this.label.htmlFor = this.id;
    this.tip = element("span", "tip");
    this.tip.id = `${this.id}tip`;
    this.tip.setAttribute("role", "tooltip");
    this.holder = new { text: Text, choice: Choice, switch: Switch, list: List }[entry.kind](this);
    this.field = this.holder.field;
    this.field.id = this.id;
    this.field.setAttribute("aria-describedby", `${this.tip.id} ${this.id}wrong`);
    this.wrong = element("p", "wrong");
    this.wrong.id = `${this.id}wrong`;
    this.wrong.setAttribute("role", "alert");
    const name = element("div", "name");
    name.append(this.label, this.tip);
    this.element.append(name, this.holder.element, this.wrong);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "F1") return;
      event.preventDefault();
      this.element.classList.toggle("told");
    });
    this.element.addEventListener("focusout", () => this.element.classList.remove("told"));
  }

  update(entry, words) {
    this.label.textContent = entry.label;
    this.label.classList.toggle("given", Boolean(entry.given));
    this.tip.textContent = entry.help ?? "";
    this.wrong.textContent = entry.wrong ? `${entry.label} ${entry.wrong}` : "";
    this.wrong.hidden = !entry.wrong;
    this.field.setAttribute("aria-invalid", String(Boolean(entry.wrong)));
    this.holder.update(entry, words);
    this.#button(entry.button);
  }

  commit(value) {
    this.rows.commit(this.path, this.key, value);
  }

  #button(known) {
    this.button?.remove();
    if (!known) return;
    this.button = element("button", "remove", "×");
    this.button.type = "button";
    this.button.title = known.help;
    this.button.disabled = !known.enabled;
    this.button.setAttribute("aria-label", known.label);
    this.button.addEventListener("click", () => this.rows.act(known.operations));
    this.holder.element.after(this.button);
  }
}

class Text {
  constructor(row) {
    this.element = this.field = element("input");
    this.field.type = "text";
    this.field.spellcheck = false;
    this.field.autocomplete = "off";
    this.field.addEventListener("change", () => {
      this.sent = this.field.value;
      row.commit(this.field.value);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.field.value === this.shown) return;
      event.stopPropagation();
      this.field.value = this.shown;
    });
  }

  // What is being typed is not overwritten, unless it was sent and this is the answer. Choices are suggestions.
  update({ value, hint = "", choices }) {
    if (choices) this.#suggest(choices);
    const typing = this.field.matches(":focus") && this.field.value !== this.shown && this.field.value !== this.sent;
    this.field.placeholder = hint;
    this.shown = value;
    if (!typing) this.field.value = value;
  }

  #suggest(choices) {
    if (!this.list) {
      this.list = element("datalist");
      this.list.id = `${this.field.id}list`;
      this.field.setAttribute("list", this.list.id);
      this.field.after(this.list);
    }
    const text = JSON.stringify(choices);
    if (text === this.drawn) return;
    this.drawn = text;
    this.list.replaceChildren(...choices.map(([key]) => new Option(key, key)));
  }
}

class Choice {
  constructor(row) {
    this.element = this.field = element("select");
    this.field.addEventListener("change", () => row.commit(this.field.value));
  }

  update({ value, choices = [], hint = "" }) {
    const known = value === null || value === undefined ? [["", hint], ...choices] : choices;
    const text = JSON.stringify(known);
    if (text !== this.drawn) {
      this.drawn = text;
      this.field.replaceChildren(...known.map(([key, name]) => new Option(name, key)));
    }
    this.field.value = value ?? "";
  }
}

class Switch {
  constructor(row) {
    this.element = element("span", "holder");
    this.field = element("input");
    this.field.type = "checkbox";
    this.field.setAttribute("role", "switch");
    this.field.addEventListener("change", () => row.commit(this.field.checked));
    this.element.append(this.field);
  }

  update({ value }) {
    this.field.checked = value;
  }
}

class List {
  constructor(row) {
    this.row = row;
    this.element = element("div", "holder");
    this.field = element("select");
    this.field.addEventListener("change", () => row.commit([...this.value, this.field.value]));
  }

  update({ value, choices = [], hint = "" }, words) {
    this.value = value;
    const rest = choices.filter(([key]) => !value.includes(key));
    this.field.replaceChildren(...[["", value.length ? words.add : hint], ...rest].map(([key, name]) => new Option(name, key)));
    this.element.replaceChildren(...value.map((each) => this.#chosen(each, words)), this.field);
  }

  #chosen(each, words) {
    const button = element("button", "chosen", each);
    button.type = "button";
    button.append(element("span", "", " ×"));
    button.setAttribute("aria-label", words.remove.replace("{name}", each));
    button.addEventListener("click", () => this.row.commit(this.value.filter((other) => other !== each)));
    return button;
  }
}

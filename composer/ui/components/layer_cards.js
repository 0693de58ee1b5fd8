// A section of cards. A card says what it is about in one line, and opens to a form; one that was just added is open.

import { button } from "./buttons.js";
import { element } from "./element.js";
import { Rows } from "./inspector_rows.js";

let made = 0;

export class Section {
  constructor(act) {
    this.act = act;
    this.element = element("section", "part");
    this.heading = element("h3");
    this.heading.id = `part${(made += 1)}`;
    this.element.setAttribute("aria-labelledby", this.heading.id);
    this.tools = element("div", "tools");
    this.list = element("ul", "cards folds");
    this.rows = new Rows((path, key, value) => act([{ edit: "entry", path, key, value }]), act);
    const top = element("div", "top");
    top.append(this.heading, this.tools);
    this.element.append(top, this.list, this.rows.list);
    this.cards = [];
  }

  // `kept`: it is of the same layer as before.
  update({ title, cards, add, path, entries = [] }, words, kept) {
    this.heading.textContent = title;
    const text = JSON.stringify(add);
    if (text !== this.drawn) {
      this.drawn = text;
      const place = [...this.tools.children].indexOf(this.element.getRootNode().activeElement);
      this.tools.replaceChildren(...add.map((each) => this.#adding(each)));
      this.tools.children[place]?.focus({ preventScroll: true });
    }
    this.#update(cards, words, kept);
    this.rows.update(path, entries, words);
  }

  #adding(known) {
    return button({ ...known, label: `+ ${known.label}` }, () => this.act(known.operations));
  }

  // Cards stay by their place where none came or went, else by their path.
  #update(cards, words, kept) {
    const same = kept && cards.length === this.cards.length;
    const byPath = new Map(kept ? this.cards.map((card) => [card.path, card]) : []);
    const found = cards.map(({ path }, place) => (same ? this.cards[place] : byPath.get(path)) ?? new Fold(this.act));
    found.forEach((card, place) => {
      if (kept && !card.path) card.details.open = true;
      card.update(cards[place], words);
    });
    if (!same) this.list.replaceChildren(...found.map((card) => card.element));
    this.cards = found;
  }
}

class Fold {
  constructor(act) {
    this.act = act;
    this.element = element("li", "card");
    this.details = element("details");
    this.summary = element("summary");
    this.name = element("strong");
    this.about = element("span", "note");
    this.summary.append(this.name, " ", this.about);
    this.problems = element("div", "problems");
    this.rows = new Rows((path, key, value) => act([{ edit: "entry", path, key, value }]), act);
    this.tools = element("div", "tools");
    this.details.append(this.summary, this.rows.list, this.tools);
    this.element.append(this.details, this.problems);
  }

  update({ path, title, about, problems, entries, buttons }, words) {
    this.path = path;
    this.name.textContent = title;
    this.about.textContent = about;
    this.rows.update(path, entries, words);
    const text = JSON.stringify([buttons, problems]);
    if (text === this.drawn) return;
    this.drawn = text;
    this.tools.replaceChildren(...buttons.map((known) => button(known, () => this.act(known.operations))));
    this.problems.replaceChildren(...problemsOf(problems, this.act));
  }
}

// What is wrong, each with its fixes.
export function problemsOf(problems, act) {
  return problems.map(({ text, fixes }) => {
    const problem = element("div", "problem");
    const offered = fixes.map((known) => button(known, () => act(known.operations)));
    problem.append(element("p", "", text), ...offered);
    return problem;
  });
}

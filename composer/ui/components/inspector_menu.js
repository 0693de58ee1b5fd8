// A button that opens a menu of actions: arrows move in it, Escape and a click elsewhere close it.

import { element } from "./element.js";

export class Menu {
  constructor(act) {
    this.act = act;
    this.element = element("div", "menu");
    this.button = element("button", "opener");
    this.button.type = "button";
    this.button.setAttribute("aria-haspopup", "menu");
    this.list = element("div", "list");
    this.list.setAttribute("role", "menu");
    this.element.append(this.button, this.list);
    this.#show(false);
    this.button.addEventListener("click", () => this.#show(this.list.hidden));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.#show(false);
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  draw(label, actions) {
    this.button.textContent = label;
    this.list.setAttribute("aria-label", label);
    this.list.replaceChildren(
      ...actions.map(({ label: name, operations }) => {
        const item = element("button", "item", name);
        item.type = "button";
        item.setAttribute("role", "menuitem");
        item.addEventListener("click", () => {
          this.#show(false);
          this.button.focus();
          this.act(operations);
        });
        return item;
      }),
    );
    return this.element;
  }

  #show(open) {
    this.list.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.list.firstElementChild?.focus();
  }

  #key(event) {
    if (this.list.hidden) {
      if (event.key !== "ArrowDown") return;
      this.#show(true);
    } else if (event.key === "Escape") {
      this.#show(false);
      this.button.focus();
    } else {
      const items = [...this.list.children];
      const at = items.findIndex((item) => item.matches(":focus"));
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
      if (to === undefined) return;
      items[(to + items.length) % items.length].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

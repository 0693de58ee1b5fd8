// The graph's toolbar: a button for each tool. Names and tooltips are words of the app.

export class Tools {
  constructor(parent) {
    this.bar = document.createElement("div");
    this.bar.className = "tools";
    this.bar.setAttribute("role", "toolbar");
    this.buttons = new Map();
    parent.append(this.bar);
  }

  add(name, sign, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = name;
    button.textContent = sign;
    button.addEventListener("click", () => this.#usable(name) && act());
    this.bar.append(button);
    this.buttons.set(name, button);
  }

  // Say what the buttons are called.
  name(words) {
    this.bar.setAttribute("aria-label", words.tools);
    for (const [name, button] of this.buttons) {
      button.title = words[name];
      button.setAttribute("aria-label", words[name]);
    }
  }

  // A tool that can be used now or not. It keeps the focus, as a disabled button would not.
  enable(name, usable) {
    this.buttons.get(name).setAttribute("aria-disabled", String(!usable));
  }

  press(name, pressed) {
    this.buttons.get(name).setAttribute("aria-pressed", String(pressed));
  }

  // Do what a button does, by its key.
  click(name) {
    this.buttons.get(name).click();
  }

  #usable(name) {
    return this.buttons.get(name).getAttribute("aria-disabled") !== "true";
  }
}

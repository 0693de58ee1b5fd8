// Where there is little room (style.css says when), a pane is a drawer at the right edge, with a handle that stays.

import { element } from "./element.js";

const narrow = matchMedia("(max-width: 1000px)");

export function drawer(frame, body) {
  const handle = element("button", "handle");
  handle.type = "button";
  frame.prepend(handle);
  const around = () => frame.getRootNode().host?.closest("[data-testid=stColumn]") ?? frame.parentElement;
  let words;

  function show(open) {
    around().toggleAttribute("data-drawn", open);
    body.inert = narrow.matches && !open; // what is out of sight is not reached by Tab either
    handle.setAttribute("aria-expanded", String(open));
    handle.textContent = open ? "×" : words.inspector;
    handle.setAttribute("aria-label", open ? words.close : words.inspector);
  }

  const isOpen = () => around().hasAttribute("data-drawn");
  handle.addEventListener("click", () => show(!isOpen()));
  narrow.addEventListener("change", () => show(isOpen()));
  frame.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    show(false);
    handle.focus();
  });
  return {
    name(known) {
      words = known;
      show(isOpen());
    },
  };
}

// A button as the server describes it.

import { element } from "./element.js";

export function button({ label, help, enabled = true }, act) {
  const made = element("button", "", label);
  made.type = "button";
  made.disabled = !enabled;
  if (help) {
    made.title = help;
    made.setAttribute("aria-label", help);
  }
  made.addEventListener("click", act);
  return made;
}

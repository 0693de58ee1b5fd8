// A row's name as a field, until Enter or Escape, or until another place is clicked.

import { element } from "./element.js";

// `done(id)` gets what was typed, or nothing where it was given up.
export function rename(row, node, done) {
  if (!row || row.editing) return;
  const field = element("input", "rename");
  field.value = node.id;
  field.setAttribute("aria-label", node.id);
  const name = row.querySelector(".name");
  name.replaceChildren(field);
  row.editing = true;
  const finish = (keep) => {
    if (!row.editing) return;
    row.editing = false;
    row.look = undefined;
    name.textContent = node.name;
    done(keep ? field.value.trim() : "");
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") finish(true);
    if (event.key === "Escape") finish(false);
  });
  field.addEventListener("blur", () => finish(true));
  field.focus();
  field.select();
}

// Keys of a field for code. All that they do goes through the browser's own editing, so that its undo knows of it.

const INDENT = "    ";

export function keys(field) {
  let leaving = false; // after Escape, Tab goes on to what comes next on the page
  field.addEventListener("blur", () => (leaving = false));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab" && !leaving) {
      event.preventDefault();
      if (event.shiftKey) shift(field, (line) => line.replace(/^ {1,4}/, ""));
      else if (field.value.slice(field.selectionStart, field.selectionEnd).includes("\n")) {
        shift(field, (line) => (line ? INDENT + line : line));
      } else {
        const column = field.selectionStart - startOf(field, field.selectionStart);
        insert(field, " ".repeat(INDENT.length - (column % INDENT.length)));
      }
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const before = field.value.slice(startOf(field, field.selectionStart), field.selectionStart);
      const deeper = /:\s*(#.*)?$/.test(before) ? INDENT : "";
      insert(field, `\n${before.match(/^ */)[0]}${deeper}`);
    } else if (event.key === "Backspace" && field.selectionStart === field.selectionEnd) {
      const start = startOf(field, field.selectionStart);
      const before = field.value.slice(start, field.selectionStart);
      if (!/^ +$/.test(before)) return;
      event.preventDefault();
      const back = (before.length - 1) % INDENT.length;
      field.setSelectionRange(field.selectionStart - back - 1, field.selectionStart);
      insert(field, "");
    }
    if (event.key !== "Shift") leaving = event.key === "Escape";
  });
}

function startOf(field, place) {
  return field.value.lastIndexOf("\n", place - 1) + 1;
}

// Change each line that the selection touches; it stays on them.
function shift(field, change) {
  const { value, selectionStart, selectionEnd } = field;
  const start = startOf(field, selectionStart);
  const found = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart), start));
  const end = found < 0 ? value.length : found;
  const old = value.slice(start, end);
  const changed = old.split("\n").map(change).join("\n");
  if (changed === old) return;
  const first = change(old.split("\n")[0]).length - old.split("\n")[0].length;
  field.setSelectionRange(start, end);
  insert(field, changed);
  const from = Math.max(start, selectionStart + first);
  field.setSelectionRange(from, selectionStart === selectionEnd ? from : selectionEnd + changed.length - old.length);
}

function insert(field, text) {
  if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input"));
}

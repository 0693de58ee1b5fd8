// What each key does in the stack.

import { room } from "./editor_spot.js";

// Ctrl+Alt+Shift+key, letters small.
export function nameOf({ ctrlKey, metaKey, altKey, shiftKey, key }) {
  const held = [ctrlKey || metaKey ? "Ctrl+" : "", altKey ? "Alt+" : "", shiftKey ? "Shift+" : ""].join("");
  return held + (key.length === 1 ? key.toLowerCase() : key);
}

// Do what a key says in a stack. Returns whether it says anything.
export function act(stack, name) {
  if (!Object.hasOwn(KEYS, name)) return false;
  KEYS[name](stack, stack.node, stack.visible.indexOf(stack.node));
  return true;
}

const KEYS = {
  ArrowDown: (stack, _node, place) => stack.focus(stack.visible[place + 1]),
  ArrowUp: (stack, _node, place) => stack.focus(stack.visible[place - 1]),
  Home: (stack) => stack.focus(stack.visible[0]),
  End: (stack) => stack.focus(stack.visible.at(-1)),
  PageDown: (stack, _node, place) => stack.focus(stack.visible[Math.min(place + 12, stack.visible.length - 1)]),
  PageUp: (stack, _node, place) => stack.focus(stack.visible[Math.max(place - 12, 0)]),
  ArrowRight: (stack, node, place) => {
    if (node.block && stack.folded.has(node.path)) stack.fold(node, false);
    else if (node.block) stack.focus(stack.visible[place + 1]);
  },
  ArrowLeft: (stack, node) => (node.block && !stack.folded.has(node.path) ? stack.fold(node, true) : stack.focus(node.parent)),
  Enter: (stack, node) => stack.choose(node),
  " ": (stack, node) => stack.choose(node, { ctrlKey: true }),
  "Shift+ArrowDown": (stack, _node, place) => stack.extend(stack.visible[place + 1]),
  "Shift+ArrowUp": (stack, _node, place) => stack.extend(stack.visible[place - 1]),
  "Ctrl+a": (stack) => stack.selectAll(),
  Escape: (stack) => stack.clear(),
  "Alt+ArrowUp": (stack, node) => shift(stack, node, -1),
  "Alt+ArrowDown": (stack, node) => shift(stack, node, 1),
  "Alt+ArrowRight": (stack, node) => nest(stack, node),
  "Alt+ArrowLeft": (stack, node) => unnest(stack, node),
  Delete: (stack) => stack.remove(),
  Backspace: (stack) => stack.remove(),
  F2: (stack, node) => stack.rename(node),
  d: (stack) => duplicate(stack, "copy"),
  l: (stack) => duplicate(stack, "linked"),
  s: (stack) => duplicate(stack, "shared"),
  w: (stack) => wrap(stack, "Sequential"),
  p: (stack) => wrap(stack, "Parallel"),
  r: (stack) => wrap(stack, "Residual"),
  "Shift+r": (stack) => wrap(stack, "Repeat"),
  u: (stack, node) => node.parent && node.block && stack.operate("unwrap", { path: node.path }),
  m: (stack, node) => node.parent && node.block && stack.operate("make_definition", { path: node.path }),
  k: (stack, node) => shortcut(stack, node),
  e: (stack, node) => node.definition && stack.go(node.definition),
  "Ctrl+c": (stack) => stack.copy(),
  "Ctrl+x": (stack) => stack.cut(),
  "/": (stack) => stack.tell.search(),
};

// All that are selected, one place on; those in other blocks stay.
function shift(stack, node, by) {
  const nodes = stack.movable().filter((each) => each.parent === node.parent && !each.shortcut);
  if (!nodes.length) return;
  const places = nodes.map((each) => each.parent.nodes.indexOf(each));
  const index = by < 0 ? Math.min(...places) - 1 : Math.max(...places) + 2;
  if (index < 0 || index > room(node.parent)) return;
  stack.move(nodes.toSorted((a, b) => places[nodes.indexOf(a)] - places[nodes.indexOf(b)]), { block: node.parent, index });
}

// Into the block before it, at its end.
function nest(stack, node) {
  const block = node.parent?.nodes[node.parent.nodes.indexOf(node) - 1];
  if (block?.block && block.block !== "Repeat" && !node.shortcut) stack.move([node], { block, index: room(block) });
}

// Out of its block, behind it.
function unnest(stack, node) {
  const block = node.parent;
  if (!block?.parent || block.parent.block === "Repeat" || block.block === "Repeat") return;
  stack.move([node], { block: block.parent, index: Math.min(block.parent.nodes.indexOf(block) + 1, room(block.parent)) });
}

// The shortcut of the Residual around it; the shortcut itself goes back into the body.
function shortcut(stack, node) {
  const block = node.parent;
  if (block?.block !== "Residual" || node.slot) return;
  if (node.shortcut) stack.move([node], { block, index: room(block) });
  else if (!block.nodes.some((each) => each.shortcut)) stack.move([node], { block, index: 0, shortcut: true });
}

function duplicate(stack, mode) {
  const chosen = stack.movable();
  if (chosen.length) stack.tell.act(chosen.map((node) => ({ edit: "duplicate", path: node.path, mode })));
}

function wrap(stack, kind) {
  const chosen = stack.chosen();
  if (chosen.length) stack.operate("wrap", { paths: chosen.map((node) => node.path), kind });
}

// Where something that is dropped goes: { block, index, top, level } with the line that shows it, or { into } for a
// block that it is put in as a whole.

import { HEIGHT } from "./editor_rows.js";

export const INDENT = 14; // pixels; the style sheet has it, too

// `y` counts from the first row, `x` from where rows of level 0 begin. `fits(block)`: it may go there.
export function spotAt(rows, folded, x, y, fits) {
  if (!rows.length) return undefined;
  const place = Math.min(rows.length - 1, Math.max(0, Math.floor(y / HEIGHT)));
  const row = rows[place];
  const part = y / HEIGHT - place;
  const candidates = row.slot ? [inSlot(row, place)] : around(rows, folded, row, place, part);
  const allowed = candidates.filter((spot) => spot && fits(spot.block));
  const wanted = Math.floor(x / INDENT);
  return allowed.sort((a, b) => Math.abs(a.level - wanted) - Math.abs(b.level - wanted))[0];
}

function inSlot(row, place) {
  const spot = { block: row.parent, index: room(row.parent), level: row.level, into: place };
  return row.slot === "shortcut" ? { ...spot, shortcut: true } : spot;
}

function around(rows, folded, row, place, part) {
  const open = row.block && !folded.has(row.path);
  if (!row.parent || (row.block && part > 0.25 && part < 0.75 && part <= 1)) return [inside(row, open, place)];
  if (part < 0.5) return [beside(row, place, 0)];
  if (open) return [inside(row, true, place)];
  // Behind the last row of a block is the end of that block, of the one around it if that ends here too, and so on.
  const ends = [];
  for (let at = row; at.parent; at = at.parent) {
    ends.push(beside(at, place, 1));
    if (at.parent.end !== place) break;
  }
  return ends;
}

function inside(block, open, place) {
  if (!open) return { block, index: room(block), level: block.level + 1, into: place };
  return { block, index: 0, level: block.level + 1, top: (place + 1) * HEIGHT };
}

function beside(row, place, after) {
  const index = Math.min(row.parent.nodes.indexOf(row) + after, room(row.parent));
  return { block: row.parent, index, level: row.level, top: (place + after) * HEIGHT };
}

// How many children have a position: the shortcut of a Residual has none.
export function room(block) {
  return block.nodes.filter((node) => !node.shortcut).length;
}

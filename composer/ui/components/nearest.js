// Which node an arrow key goes to: the nearest one in that direction.

const DIRECTIONS = { Up: [0, -1], Down: [0, 1], Left: [-1, 0], Right: [1, 0] };

export function nearest(from, all, direction) {
  const [dx, dy] = DIRECTIONS[direction];
  const here = middle(from);
  let best;
  let least = Infinity;
  for (const each of all) {
    if (each === from) continue;
    const there = middle(each);
    const along = (there.x - here.x) * dx + (there.y - here.y) * dy;
    const aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
    const cost = along + 2 * aside;
    if (along > 1 && cost < least) [best, least] = [each, cost];
  }
  return best;
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

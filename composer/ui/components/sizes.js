// A number of bytes as the server writes it: three digits and a unit.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function sizeOf(count) {
  let [value, power] = [count, 0];
  while (value >= 999.5 && power < UNITS.length - 1) [value, power] = [value / 1024, power + 1];
  const digits = power === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[power]}`;
}

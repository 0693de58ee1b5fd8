// Whether Streamlit's theme is dark, by the background it hands to components.

const known = new Map();
const MOMENT = 100; // milliseconds in which several components are drawn again: looking makes the page work out its styles
let last = { until: 0 };

export function themeOf(element) {
  if (performance.now() < last.until) return last.theme;
  const color = getComputedStyle(element).getPropertyValue("--st-background-color") || "#ffffff";
  if (!known.has(color)) known.set(color, isDark(color) ? "dark" : "light");
  last = { until: performance.now() + MOMENT, theme: known.get(color) };
  return last.theme;
}

function isDark(color) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

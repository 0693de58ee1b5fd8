// Whether Streamlit's theme is dark, by the background it hands to components.

const known = new Map();

export function themeOf(element) {
  const color = getComputedStyle(element).getPropertyValue("--st-background-color") || "#ffffff";
  if (!known.has(color)) known.set(color, isDark(color) ? "dark" : "light");
  return known.get(color);
}

function isDark(color) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

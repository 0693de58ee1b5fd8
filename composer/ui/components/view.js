// Pan and zoom of an SVG, as its viewBox: a place (x, y) at the stage's upper left, and a scale in pixels per unit.

const MARGIN = 16;
const READABLE = 1.05; // the smallest scale that a picture opens with; fit() goes below
const LARGEST_FIT = 1.3;
const LARGEST = 4;

export class View {
  constructor(stage) {
    this.stage = stage;
    this.untouched = true;
    this.size = { width: 0, height: 0 };
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(stage);
  }

  // Begin anew with the next picture, which is another design's.
  forget() {
    this.untouched = true;
  }

  close() {
    this.observer.disconnect();
  }

  // Show another picture. What `anchor` was the box of stays where it was; `box()` measures it in the new picture.
  show(svg, anchor, box) {
    this.svg = svg;
    const [x, y, width, height] = svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
    this.bounds = { x, y, width, height };
    if (this.untouched || this.x === undefined) return this.open();
    this.#apply();
    const after = anchor && box();
    if (after) {
      this.x += (after.x - anchor.x) / this.scale;
      this.y += (after.y - anchor.y) / this.scale;
      this.#apply();
    }
  }

  // The first look: all of it where that is readable, else its beginning.
  open() {
    if (!this.size?.width && !this.#measure()) return;
    this.scale = Math.max(this.#fitting(), READABLE);
    this.#center();
    if (this.bounds.height * this.scale > this.size.height) this.y = this.bounds.y - MARGIN / this.scale;
    this.#apply();
  }

  fit() {
    if (!this.svg || !this.#measure()) return;
    this.scale = this.#fitting();
    this.#center();
    this.#apply();
    this.untouched = false;
  }

  zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
    if (!this.svg) return;
    const scale = Math.min(LARGEST, Math.max(Math.min(this.#fitting(), READABLE) / 2, this.scale * factor));
    this.x += x / this.scale - x / scale;
    this.y += y / this.scale - y / scale;
    this.scale = scale;
    this.untouched = false;
    this.#apply();
  }

  pan(dx, dy) {
    if (!this.svg) return;
    this.x += dx / this.scale;
    this.y += dy / this.scale;
    this.untouched = false;
    this.#apply();
  }

  // With Ctrl (a pinch says so too) zoom; else pan, and let the page scroll where there is nothing to pan to.
  wheel(event) {
    if (!this.svg) return;
    if (event.ctrlKey || event.metaKey) {
      const stage = this.stage.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 300), event.clientX - stage.x, event.clientY - stage.y);
      event.preventDefault();
      return;
    }
    const before = [this.x, this.y];
    const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    this.pan(dx, dy);
    if (this.x !== before[0] || this.y !== before[1]) event.preventDefault();
  }

  // Pan as little as brings `box`, in pixels of the window, into sight.
  reveal(box) {
    if (!this.svg) return;
    const stage = this.stage.getBoundingClientRect();
    const shift = (low, high, from, to) => (high - low > to - from ? low - from : Math.min(0, low - from) + Math.max(0, high - to));
    const dx = shift(box.left - MARGIN, box.right + MARGIN, stage.left, stage.right);
    const dy = shift(box.top - MARGIN, box.bottom + MARGIN, stage.top, stage.bottom);
    if (dx || dy) this.pan(dx, dy);
  }

  #resize() {
    if (!this.svg) return;
    const before = this.size.width;
    if (!this.#measure()) return;
    if (this.untouched || !before) this.open();
    else this.#apply();
  }

  #measure() {
    const { width, height } = this.stage.getBoundingClientRect();
    this.size = { width, height };
    return width > 0 && height > 0;
  }

  #fitting() {
    const { width, height } = this.bounds;
    return Math.min((this.size.width - 2 * MARGIN) / width, (this.size.height - 2 * MARGIN) / height, LARGEST_FIT);
  }

  #center() {
    this.x = this.bounds.x + this.bounds.width / 2 - this.size.width / 2 / this.scale;
    this.y = this.bounds.y + this.bounds.height / 2 - this.size.height / 2 / this.scale;
  }

  // Keep some of the picture in sight: along each side either all of it is, or none of the stage is empty.
  #clamp(at, from, length, shown) {
    const margin = MARGIN / this.scale;
    const ends = [from - margin, from + length + margin - shown];
    return Math.min(Math.max(at, Math.min(...ends)), Math.max(...ends));
  }

  #apply() {
    const width = this.size.width / this.scale;
    const height = this.size.height / this.scale;
    this.x = this.#clamp(this.x, this.bounds.x, this.bounds.width, width);
    this.y = this.#clamp(this.y, this.bounds.y, this.bounds.height, height);
    this.svg.setAttribute("viewBox", `${this.x} ${this.y} ${width} ${height}`);
  }
}

// Dragging with a pointer: something is taken up, a line shows where it would go, and it is dropped there.
// Nothing moves meanwhile but what follows the pointer, so what is aimed at stays where it is.

import { element } from "./element.js";

const FAR = 5; // pixels that a pointer moves before it drags
const HOLD = 350; // milliseconds that a finger rests before it drags, since moving it scrolls
const EDGE = 28; // pixels at the ends of the stack where it scrolls

export class Drag {
  // `take(event)`: what is under a pointer, { label, … }, or undefined. `stack` says where things may go.
  constructor(frame, { take, stack, done }) {
    Object.assign(this, { frame, take, stack, done });
    this.ghost = element("div", "ghost");
    this.ghost.setAttribute("aria-hidden", "true");
    this.ghost.hidden = true;
    frame.append(this.ghost);
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    frame.addEventListener("pointerup", () => this.#end(true));
    frame.addEventListener("pointercancel", () => this.#end(false));
    frame.addEventListener("touchmove", (event) => this.going && event.preventDefault(), { passive: false });
    frame.addEventListener("click", (event) => this.#swallow(event), { capture: true });
    window.addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  #down(event) {
    this.dropped = false;
    const taken = event.button === 0 && event.isPrimary ? this.take(event) : undefined;
    if (!taken) return;
    this.held = { ...taken, x: event.clientX, y: event.clientY, pointer: event.pointerId };
    if (event.pointerType === "touch") this.timer = setTimeout(() => this.#begin(), HOLD);
  }

  #move(event) {
    if (!this.held) return;
    const { x, y } = this.held;
    [this.x, this.y] = [event.clientX, event.clientY];
    if (!this.going) {
      if (Math.hypot(this.x - x, this.y - y) < FAR) return;
      if (event.pointerType === "touch") return this.#end(false);
      this.#begin();
    }
    this.#show();
  }

  #begin() {
    this.going = true;
    [this.x, this.y] = [this.x ?? this.held.x, this.y ?? this.held.y];
    this.frame.setPointerCapture(this.held.pointer);
    this.frame.classList.add("dragging");
    this.ghost.textContent = this.held.label;
    this.ghost.hidden = false;
    this.stack.lift(this.held);
    this.#show();
    this.#scroll();
  }

  #show() {
    const frame = this.frame.getBoundingClientRect();
    this.ghost.style.transform = `translate(${this.x - frame.x + 12}px, ${this.y - frame.y + 6}px)`;
    this.stack.hover(this.held, this.x, this.y);
  }

  #scroll() {
    if (!this.going) return;
    const { scroller } = this.stack;
    const { left, right, top, bottom } = scroller.getBoundingClientRect();
    const before = scroller.scrollTop;
    if (this.x > left && this.x < right) {
      if (this.y < top + EDGE) scroller.scrollTop -= 9;
      if (this.y > bottom - EDGE) scroller.scrollTop += 9;
    }
    if (scroller.scrollTop !== before) this.#show();
    requestAnimationFrame(() => this.#scroll());
  }

  #end(keep) {
    clearTimeout(this.timer);
    const { held, going } = this;
    this.held = this.x = this.y = undefined;
    this.going = false;
    if (!going) return;
    this.dropped = keep;
    this.ghost.hidden = true;
    this.frame.classList.remove("dragging");
    this.stack.drop(held, keep);
    this.done();
  }

  // The click that the browser makes of the end of a drag is none.
  #swallow(event) {
    if (this.dropped) event.stopPropagation();
    this.dropped = false;
  }

  #key(event) {
    if (!this.going || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#end(false);
  }
}

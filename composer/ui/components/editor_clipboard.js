// Copy, cut and paste of nodes as text, so that it works between two designs, and two windows. The server makes the
// text of what is copied; what is pasted goes to it as an operation like any other.

export class Clipboard {
  constructor(stack, ask) {
    this.send = ask;
    this.number = 0;
    stack.tree.addEventListener("paste", (event) => {
      event.preventDefault();
      stack.paste(event.clipboardData.getData("text/plain"));
    });
  }

  ask(paths, cut) {
    this.number += 1;
    this.nonce = `${this.number}:${crypto.randomUUID()}`;
    this.send({ paths, cut, nonce: this.nonce });
  }

  // The text that was asked for, once.
  answer(clip) {
    if (!clip || clip.nonce !== this.nonce) return;
    this.nonce = undefined;
    navigator.clipboard.writeText(clip.text);
  }
}

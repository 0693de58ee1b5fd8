// Operations on their way: each is numbered, and sent until the server says that it has it.
// Triggers sent before a rerun starts collapse into the last one, so every trigger carries all that are open.

export class Outbox {
  constructor(send) {
    this.send = send;
    this.client = crypto.randomUUID();
    this.last = 0;
    this.open = [];
  }

  // Operations that belong together: one step of the history, all or none.
  add(operations, shown) {
    this.last += 1;
    this.open.push({ seq: this.last, operations, shown });
    this.flush();
  }

  flush() {
    if (!this.open.length) return;
    this.send({ client: this.client, entries: this.open.map(({ seq, operations }) => ({ seq, operations })) });
  }

  // Forget what the server has; what it has not came too late for its run, and goes again.
  acknowledge(acks) {
    const known = acks[this.client] ?? 0;
    const before = this.open.length;
    this.open = this.open.filter((entry) => entry.seq > known);
    if (this.open.length && this.open.length < before) this.flush();
  }
}

// The keys of what was used last, kept by the browser for all designs. Where it keeps nothing, there are none.

const MOST = 6;

export class Recent {
  constructor(name) {
    this.name = name;
    this.keys = [];
    try {
      const kept = JSON.parse(localStorage.getItem(name) ?? "[]");
      if (Array.isArray(kept)) this.keys = kept.filter((key) => typeof key === "string").slice(0, MOST);
    } catch {
      // a browser that keeps nothing, or something else under this name
    }
  }

  note(key) {
    this.keys = [key, ...this.keys.filter((other) => other !== key)].slice(0, MOST);
    try {
      localStorage.setItem(this.name, JSON.stringify(this.keys));
    } catch {
      // only a convenience
    }
  }
}

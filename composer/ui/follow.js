// Asks the server now and then whether this tab shows what there is; only where it does not is the page run again.
// A question costs some hundred bytes, and no run: what is typed, dragged or read meanwhile is left alone.

const EVERY = 500; // milliseconds
const LATER = 4000; // after a failure, or while the page is told to draw what is new
const tabs = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let tab = tabs.get(parentElement);
  if (!tab) {
    tab = { ask: () => ask(tab) };
    tabs.set(parentElement, tab);
    document.addEventListener("visibilitychange", tab.ask);
    wait(tab, EVERY);
  }
  tab.address = data.address;
  tab.changed = () => setTriggerValue("changed", Date.now());
  return () => {
    document.removeEventListener("visibilitychange", tab.ask);
    clearTimeout(tab.timer);
    tab.closed = true;
    tabs.delete(parentElement);
  };
}

function wait(tab, milliseconds) {
  clearTimeout(tab.timer);
  tab.timer = setTimeout(tab.ask, milliseconds);
}

async function ask(tab) {
  clearTimeout(tab.timer);
  if (document.hidden || tab.asking) return; // it asks again when it is looked at
  let pause = EVERY;
  tab.asking = true;
  try {
    const answer = await fetch(tab.address, { cache: "no-store" });
    const { changed } = await answer.json();
    if (changed && !tab.closed) {
      tab.changed();
      pause = LATER;
    }
  } catch {
    pause = LATER;
  }
  tab.asking = false;
  if (!tab.closed) wait(tab, pause);
}

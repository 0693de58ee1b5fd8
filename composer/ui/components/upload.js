// A place to bring a file to: by a button, or dropped anywhere on the page. It goes to the server's own address for
// uploads, past Streamlit, which would hold all of it in memory; here only how far it is is shown.

import { element } from "./element.js";
import { sizeOf } from "./sizes.js";
import { themeOf } from "./theme.js";

const instances = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let upload = instances.get(parentElement);
  if (!upload) {
    upload = new Upload(parentElement);
    instances.set(parentElement, upload);
  }
  upload.trigger = setTriggerValue;
  upload.update(data);
}

class Upload {
  constructor(root) {
    this.frame = element("section", "upload");
    this.hint = element("p", "hint");
    this.input = element("input");
    this.input.type = "file";
    this.input.hidden = true;
    this.choose = this.#button(() => this.input.click());
    this.cancel = this.#button(() => this.request.abort());
    this.bar = element("progress");
    this.count = element("span", "count");
    this.told = element("p", "told");
    this.told.setAttribute("role", "status");
    this.wrong = element("p", "wrong");
    this.wrong.setAttribute("role", "alert");
    this.rest = element("div", "row");
    this.rest.append(this.choose, this.hint);
    this.sending = element("div", "row");
    this.sending.append(this.bar, this.count, this.cancel);
    this.frame.append(this.rest, this.input, this.sending, this.told, this.wrong);
    root.append(this.frame);
    this.#show(false);
    this.input.addEventListener("change", () => this.#take(this.input.files));
    this.#listen(root);
  }

  #button(act) {
    const button = element("button");
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  update({ address, accept, limit, words }) {
    Object.assign(this, { address, accept, limit, words });
    this.frame.dataset.theme = themeOf(this.frame);
    this.frame.setAttribute("aria-label", words.zone);
    this.choose.textContent = words.choose;
    this.cancel.textContent = words.cancel;
    this.hint.textContent = words.hint;
    this.input.accept = accept.join();
    this.bar.setAttribute("aria-label", words.bar);
  }

  // A file that misses the zone would be opened by the browser in place of the app.
  #listen(root) {
    const listeners = {
      dragover: (event) => {
        event.preventDefault();
        this.frame.classList.add("over");
      },
      dragleave: (event) => event.relatedTarget || this.frame.classList.remove("over"),
      drop: (event) => {
        event.preventDefault();
        this.frame.classList.remove("over");
        this.#take(event.dataTransfer.files);
      },
    };
    const stop = new AbortController();
    for (const [name, act] of Object.entries(listeners)) {
      const heard = (event) => {
        if (!root.isConnected) stop.abort();
        else if (event.dataTransfer?.types.includes("Files") && !event.defaultPrevented) act(event);
      };
      window.addEventListener(name, heard, { signal: stop.signal });
    }
  }

  #take(files) {
    const [file] = files;
    if (!file || this.request) return;
    const wrong = this.#refusal(files);
    this.#tell("", wrong);
    if (!wrong) this.#send(file);
    this.input.value = ""; // so that the same file can be chosen again
  }

  #refusal([file, ...more]) {
    const { one, ending, large, empty } = this.words;
    if (more.length) return one;
    if (!this.accept.some((each) => file.name.toLowerCase().endsWith(each))) return ending.replace("{name}", file.name);
    if (!file.size) return empty.replace("{name}", file.name);
    return file.size > this.limit ? large.replace("{name}", file.name) : "";
  }

  #send(file) {
    const request = new XMLHttpRequest();
    this.request = request;
    this.began = performance.now();
    request.upload.addEventListener("progress", ({ loaded }) => this.#progress(loaded, file.size));
    request.addEventListener("load", () => this.#answered(file, request));
    request.addEventListener("error", () => this.#end("", this.words.broken));
    request.addEventListener("abort", () => this.#end(this.words.canceled));
    request.open("PUT", `${this.address}?name=${encodeURIComponent(file.name)}`);
    request.send(file);
    this.#progress(0, file.size);
    this.#tell(this.words.begun.replace("{name}", file.name));
    this.#show(true);
  }

  #progress(done, total) {
    this.bar.max = total;
    this.bar.value = done;
    const rate = done / Math.max(0.001, (performance.now() - this.began) / 1000);
    const filled = { done: sizeOf(done), total: sizeOf(total), rate: sizeOf(rate) };
    const words = done < total || !total ? this.words.progress : this.words.storing;
    this.count.textContent = words.replace(/\{(\w+)\}/g, (_, name) => filled[name]);
  }

  #answered(file, request) {
    const { id, error } = answerOf(request);
    if (!id) {
      this.#end("", error || this.words.broken);
      return;
    }
    this.#end(this.words.received.replace("{name}", file.name).replace("{id}", id));
    this.trigger("received", { id });
  }

  #end(told, wrong = "") {
    this.request = undefined;
    this.#tell(told, wrong);
    this.#show(false);
  }

  #tell(told, wrong = "") {
    this.told.textContent = told;
    this.wrong.textContent = wrong;
  }

  // The focus goes from the one button to the other.
  #show(sending) {
    const [shown, hidden] = sending ? [this.sending, this.rest] : [this.rest, this.sending];
    const focused = hidden.contains(this.frame.getRootNode().activeElement);
    [shown.hidden, hidden.hidden] = [false, true];
    this.frame.dataset.state = sending ? "sending" : "idle";
    if (focused) shown.querySelector("button").focus();
  }
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

// Sends files to the vault in pieces that survive a dropped connection, a reload and a closed page: choose the same file
// again, and it goes on from where it was. Words come from the form's data attributes; without this script it is a plain form.

const PIECE = 16 * 1024 * 1024;
const AT_ONCE = 2;
const TRY_AGAIN = 10_000;
const QUARTERS = [25, 50, 75, 100];

const box = document.querySelector("form[data-uploads]");
const section = document.getElementById("on-their-way");
const words = box?.dataset ?? {};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const say = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));
const token = () => box.elements.csrfmiddlewaretoken.value;
const language = document.documentElement.lang || undefined;

const measure = (value, unit, digits = 0) =>
  new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit.endsWith("byte") ? "short" : "long", maximumFractionDigits: digits }).format(value);

const size = (bytes) => {
  for (const [unit, one] of [["gigabyte", 1e9], ["megabyte", 1e6]]) {
    if (bytes >= one) return measure(bytes / one, unit, bytes < 100 * one ? 1 : 0);
  }
  return measure(bytes / 1e3, "kilobyte", 1);
};

const duration = (seconds) =>
  seconds < 60 ? measure(Math.max(1, Math.round(seconds)), "second")
    : seconds < 5400 ? measure(Math.round(seconds / 60), "minute") : measure(Math.round(seconds / 3600), "hour");

class Row {
  constructor(file) {
    this.file = file;
    this.element = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
    this.find("b").textContent = file.name;
    this.bar = this.find("[role=progressbar]");
    this.bar.setAttribute("aria-label", file.name);
    this.pauseButton = this.find("[data-pause-button]");
    this.label(words.pause);
    this.said = 0;
    this.tell(words.waiting);
    this.progress(0);
    section.hidden = false;
    section.querySelector("ul").append(this.element);
  }

  find(selector) { return this.element.querySelector(selector); }

  label(text) { this.pauseButton.querySelector("span").textContent = text; }

  tell(text) { this.find("[data-state]").textContent = text; }

  progress(sent) {
    const total = this.file.size;
    const percent = total ? Math.floor((sent * 100) / total) : 100;
    const full = Math.floor((percent * 24) / 100);
    [...this.bar.children].forEach((block, at) => { block.className = at < full ? "d" : at === full && percent > 0 && percent < 100 ? "n" : ""; });
    this.find("[data-amount]").textContent = percent === 100
      ? fill(words.all, { total: size(total) })
      : fill(words.amount, { sent: size(sent), total: size(total), percent });
    // Announced at the quarters only: a value that changes all the time would talk all the time.
    const quarter = QUARTERS.filter((mark) => mark <= percent).pop() ?? 0;
    if (quarter > this.said) {
      this.said = quarter;
      this.bar.setAttribute("aria-valuenow", quarter);
      say(fill(words.reached, { name: this.file.name, percent: quarter }));
    }
  }

  settle(text, url) {
    this.pauseButton.hidden = true;
    this.find("[data-cancel]").hidden = true;
    if (url) Object.assign(this.find("[data-open]"), { href: url, hidden: false });
    this.tell(text);
    say(`${this.file.name}: ${text}`);
  }
}

// An upload that could not be removed now is removed by the server when its seven days are over.
const ignore = () => {};
const queue = [];
let running = 0;

const next = () => {
  while (running < AT_ONCE && queue.length) {
    running += 1;
    queue.shift()();
  }
};

const done = () => { running -= 1; next(); };

const send = (file) => {
  const row = new Row(file);
  let upload = null;
  let waiting = 0;
  let paused = false;
  let over = false;
  let begun = null;

  const finish = (text, url) => { over = true; window.clearTimeout(waiting); row.settle(text, url); };
  const resume = () => { window.clearTimeout(waiting); if (!over && !paused) upload.start(); };
  const dropped = () => {
    row.tell(words.dropped);
    window.clearTimeout(waiting);
    waiting = window.setTimeout(resume, TRY_AGAIN);
  };

  const begin = async () => {
    if (over) { done(); return; }
    upload = new window.tus.Upload(file, {
      endpoint: box.action,
      chunkSize: PIECE,
      headers: { "X-CSRFToken": token() },
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      retryDelays: [0, 1000, 3000, 5000],
      // A server that is busy for a moment has not lost the upload: without this, tus would begin a new one.
      onAfterResponse: (request, response) => {
        if (request.getMethod() === "HEAD" && response.getStatus() >= 500) throw new Error("busy");
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = status === 0 || status === 409 || status === 423 || status >= 500;
        if (again) row.tell(words.dropped);
        return again;
      },
      onUploadUrlAvailable: () => {
        const ref = upload.url.split("/").filter(Boolean).pop();
        // The page's own row of the same upload, as it stopped before the reload, makes way. Called again on each resumption.
        section.querySelector(`li[data-ref="${ref}"]:not([data-here])`)?.remove();
        Object.assign(row.element.dataset, { ref, here: "" });
        // Pressed while the address was still being asked for: stopping then would leave an upload that nobody knows.
        if (over) upload.abort(true).catch(ignore); else if (paused) upload.abort();
      },
      onProgress: (sent) => {
        const now = performance.now();
        begun ??= { at: now, sent };
        const speed = (sent - begun.sent) / ((now - begun.at) / 1000);
        row.tell(now - begun.at > 3000 && speed > 0
          ? fill(words.left, { time: duration((file.size - sent) / speed) }) : words.sending);
        row.progress(sent);
      },
      onError: (error) => {
        const answer = error.originalResponse;
        const status = answer?.getStatus() ?? 0;
        if (status === 0 || status === 409 || status === 423 || status >= 500) { dropped(); return; }
        // A sentence of ours is plain text. Anything else is a page, and that page is the sign-in.
        const ours = (answer.getHeader("Content-Type") ?? "").startsWith("text/plain");
        finish(fill(words.stopped, { why: ours ? answer.getBody() : words.signin }));
        done();
      },
      onSuccess: () => {
        row.progress(file.size);
        row.tell(words.checking);
        row.pauseButton.hidden = true;
        row.find("[data-cancel]").hidden = true;
        done();
        follow(upload.url, finish);
      },
    });
    const before = await upload.findPreviousUploads();
    if (over) return;
    if (before.length) upload.resumeFromPreviousUpload(before[0]);
    row.tell(words.sending);
    upload.start();
  };

  row.pauseButton.addEventListener("click", () => {
    paused = !paused;
    begun = null;
    row.pauseButton.setAttribute("aria-pressed", paused);
    row.label(paused ? words.resume : words.pause);
    window.clearTimeout(waiting);
    if (upload?.url && paused) upload.abort();
    if (upload?.url && !paused) upload.start();
    row.tell(paused ? words.paused : upload ? words.sending : words.waiting);
  });

  row.find("[data-cancel]").addEventListener("click", () => {
    over = true;
    window.clearTimeout(waiting);
    row.element.remove();
    if (upload?.url) upload.abort(true).catch(ignore);
    if (!section.querySelector("li")) section.hidden = true;
    if (upload) done();
    document.querySelector("[data-choose]").focus();
  });

  window.addEventListener("online", () => { if (waiting) resume(); });
  queue.push(begin);
  next();
};

// Asks where the check stands until it is over; a lost connection is asked again.
const follow = async (url, finish) => {
  for (let round = 0; ; round += 1) {
    try {
      const answer = await fetch(`${url}state/`, { headers: { Accept: "application/json" } });
      const { state, sentence, url: page } = answer.ok ? await answer.json() : {};
      if (state === "ARRIVING") await fetch(`${url}arrived/`, { method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual" });
      if (state === "READY" || state === "REFUSED" || state === "DELETED" || answer.status === 404) {
        finish(state === "READY" ? words.ready : fill(words.refused, { why: sentence ?? "" }), page);
        document.body.dispatchEvent(new CustomEvent("vault-changed", { bubbles: true }));
        return;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => { window.setTimeout(resolve, round < 10 ? 1000 : 4000); });
  }
};

if (box && window.tus?.isSupported) {
  const input = box.elements.files;
  const choose = box.querySelector("[data-choose]");
  const take = (files) => { for (const file of files) send(file); };
  input.hidden = true;
  box.querySelector("[data-plain]").hidden = true;
  choose.hidden = false;
  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => { take(input.files); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) {
    box.addEventListener(name, (event) => { event.preventDefault(); box.classList.add("over"); });
  }
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) box.classList.remove("over"); });
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    take(event.dataTransfer.files);
  });
}

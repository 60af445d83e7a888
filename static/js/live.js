// One polite live region, and focus that follows a swap. Other modules speak with: document.dispatchEvent(new CustomEvent("say", {detail: words})).

const region = document.getElementById("live");

document.addEventListener("say", (event) => {
  region.textContent = "";
  window.setTimeout(() => { region.textContent = event.detail; }, 60);
});

const focusOn = (element, how) => {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus(how);
};

// An error summary takes the focus when the page opens with one.
focusOn(document.querySelector("[data-focus]"));

document.addEventListener("htmx:afterSettle", (event) => {
  const swapped = event.detail.elt;
  const summary = swapped.matches?.("[data-focus]") ? swapped : swapped.querySelector?.("[data-focus]");
  if (summary) { focusOn(summary); return; }
  // htmx keeps the focus where an element with the same id is; only a lost focus is moved, so nobody is interrupted while typing.
  if (document.activeElement && document.activeElement !== document.body) return;
  focusOn(swapped.querySelector?.("h1, h2, h3, legend") ?? swapped, { preventScroll: true });
});

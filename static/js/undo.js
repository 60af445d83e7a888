// The undo bar leaves after a while, but never under the pointer or the focus; versions keep the way back for ever.

const arm = (root) => {
  const bars = root.matches?.("[data-undo]") ? [root] : root.querySelectorAll?.("[data-undo]") ?? [];
  for (const bar of bars) {
    const seconds = Number(bar.dataset.undo);
    if (!seconds) continue;
    const leave = () => {
      if (bar.matches(":hover, :focus-within")) window.setTimeout(leave, 3000);
      else bar.remove();
    };
    window.setTimeout(leave, seconds * 1000);
  }
};

arm(document);
document.addEventListener("htmx:afterSettle", (event) => arm(event.detail.elt));

// A press on a bar of the line goes to its row; the rows themselves are the accessible way.

document.addEventListener("click", (event) => {
  const bar = event.target.closest("[data-jump] [data-use]");
  const row = bar && document.getElementById(bar.dataset.use);
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  row.querySelector("input:checked")?.focus({ preventScroll: true });
});

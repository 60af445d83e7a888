// Minus and plus beside a number box; without this module the box alone does the job.

const dress = (root) => {
  for (const button of root.querySelectorAll("[data-number] [data-by]")) button.hidden = false;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-number] [data-by]");
  if (!button) return;
  const input = button.closest("[data-number]").querySelector("input");
  const value = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.by);
  const low = input.min === "" ? -Infinity : Number(input.min);
  const high = input.max === "" ? Infinity : Number(input.max);
  input.value = Math.min(high, Math.max(low, value));
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
  document.dispatchEvent(new CustomEvent("say", { detail: input.value }));
});

dress(document);
document.addEventListener("htmx:afterSettle", (event) => dress(event.detail.elt));

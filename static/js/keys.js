// Shortcuts open things and never send anything. They can be switched off in the dialog (WCAG 2.1.4); the page's side sets the default.

const STORE = "sayso-keys";
const enabled = () => (localStorage.getItem(STORE) ?? document.body.dataset.keys) === "on";
const dialog = document.getElementById("keys-dialog");
const box = dialog?.querySelector("[data-keys-switch]");

const showHints = () => { for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = !enabled(); };

if (box) {
  box.checked = enabled();
  box.addEventListener("change", () => {
    localStorage.setItem(STORE, box.checked ? "on" : "off");
    showHints();
  });
}
showHints();

const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;

const move = (step) => {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  (next.matches("a") ? next : next.querySelector("a[href], button"))?.focus();
};

// A key may only follow a link or send a form that reads (GET); anything that would act merely gets the focus.
const openStep = (letter) => {
  const target = [...document.querySelectorAll(`[data-key="${letter}"]`)].find((found) => found.offsetParent !== null || found.getClientRects().length);
  if (!target) return;
  const reads = target.matches("a[href]") || (target.form && target.form.method === "get");
  if (reads) target.click();
  else target.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !enabled() || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "?") dialog?.showModal();
  else if (/^[a-z/]$/.test(key)) openStep(key);
  else return;
  event.preventDefault();
});

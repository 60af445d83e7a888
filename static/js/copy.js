// Copies the words in data-copy, and says so on the button and in the live region.

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.querySelector("span");
    const before = words.textContent;
    words.textContent = button.dataset.done;
    document.dispatchEvent(new CustomEvent("say", { detail: button.dataset.done }));
    window.setTimeout(() => { words.textContent = before; }, 2500);
  });
}

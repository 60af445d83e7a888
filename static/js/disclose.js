// Menus made of <details data-disclose> close on Escape, on a press outside and when another opens. Buttons with data-dialog open a <dialog>.

const open = () => document.querySelectorAll("details[data-disclose][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const button of document.querySelectorAll("[data-dialog]")) button.hidden = false;

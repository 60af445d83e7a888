// Keeps what is typed in a form with data-draft="key" for this tab until it is sent, so a lost session or page costs nothing.

for (const form of document.querySelectorAll("form[data-draft]")) {
  const store = `sayso-draft:${form.dataset.draft}`;
  const fields = () => [...form.querySelectorAll("textarea[name], input[type=text][name]")];
  const kept = JSON.parse(sessionStorage.getItem(store) ?? "{}");
  for (const field of fields()) if (!field.value && kept[field.name]) field.value = kept[field.name];
  form.addEventListener("input", () => {
    sessionStorage.setItem(store, JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value]))));
  });
  form.addEventListener("submit", () => { if (navigator.onLine) sessionStorage.removeItem(store); });
}

// Shows a chosen appearance at once. The form that holds the choice saves it to the account; the cookie keeps it for signed-out pages of this device.

const YEAR = 31536000;

for (const group of document.querySelectorAll("[data-theme-switch]")) {
  group.addEventListener("change", (event) => {
    const theme = event.target.value;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${theme ? YEAR : 0}; SameSite=Lax${secure}`;
  });
}

// Says on the page when a passkey was not used; allauth's own script would only tell the console.

document.addEventListener("allauth.error", (event) => {
  const words = document.getElementById("passkey-problem");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
});

// Reads a statement aloud with the device's own voice; the text is always on the page.

if ("speechSynthesis" in window) {
  for (const button of document.querySelectorAll("[data-listen]")) {
    const words = button.querySelector("span");
    const start = words.textContent;
    const rest = () => { words.textContent = start; button.setAttribute("aria-pressed", "false"); };
    button.hidden = false;
    rest();
    button.addEventListener("click", () => {
      const speaking = button.getAttribute("aria-pressed") === "true";
      window.speechSynthesis.cancel();
      if (speaking) { rest(); return; }
      const source = document.querySelector(button.dataset.listen);
      const speech = new SpeechSynthesisUtterance(source.innerText);
      speech.lang = source.closest("[lang]").lang;
      speech.addEventListener("end", rest);
      speech.addEventListener("error", rest);
      window.speechSynthesis.speak(speech);
      words.textContent = button.dataset.stop;
      button.setAttribute("aria-pressed", "true");
    });
  }
  window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
}

// Without a connection nothing is sent and nothing is lost: the page says so and keeps what was typed.

const notice = document.getElementById("offline");
const show = () => { notice.hidden = false; };
const hide = () => { notice.hidden = true; };

window.addEventListener("online", hide);
document.addEventListener("htmx:sendError", show);
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) hide(); });

document.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  show();
}, true);

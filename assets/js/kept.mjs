// What is typed into `form[data-keep=NAME]` is kept on this device until the portal has it: a page on site may lose its
// connection at any moment. Files are not kept, passwords are never asked in such a form, and other people's words
// do not come back: what is kept is gone once it was sent, and after a day.
const DAY = 24 * 60 * 60 * 1000;
const form = document.querySelector("form[data-keep]");

function kept(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name));
    return found && Date.now() - found.at < DAY ? found.fields : null;
  } catch {
    return null; // nothing there, or this browser keeps nothing
  }
}

function fields() {
  return [...form.elements].filter((field) => field.name && field.name !== "csrfmiddlewaretoken" && field.type !== "file");
}

function keep(name) {
  const typed = Object.fromEntries(fields().map((field) => [field.name, field.value]));
  try {
    localStorage.setItem(name, JSON.stringify({ at: Date.now(), fields: typed }));
  } catch { /* full or forbidden: it is sent as it is */ }
}

function restore(name) {
  const typed = kept(name);
  const areas = fields().filter((field) => field.tagName === "TEXTAREA");
  // A form that comes back with an error has the words already.
  if (!typed || areas.some((area) => area.value) || !areas.some((area) => typed[area.name])) return;
  for (const field of fields()) if (field.name in typed) field.value = typed[field.name];
  form.querySelector("[data-keep-restored]").hidden = false;
}

if (form) {
  const name = form.dataset.keep;
  const offline = form.querySelector("[data-keep-offline]");
  if (form.dataset.forget) {
    try { localStorage.removeItem(name); } catch { /* nothing is kept */ }
    history.replaceState(null, "", location.pathname); // to come back later is not to have sent again
  } else {
    restore(name);
  }
  form.addEventListener("input", () => keep(name));
  form.addEventListener("submit", (event) => {
    keep(name);
    if (navigator.onLine) return;
    event.preventDefault();
    offline.hidden = false;
    offline.scrollIntoView({ block: "center" });
  });
  window.addEventListener("online", () => { offline.hidden = true; });
}

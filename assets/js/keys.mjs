// Keys for who works by keyboard. Everything they do can be done by Tab and Enter too; templates/pages/keys.html tells
// them, and switches them off: someone who dictates would press them without meaning to.
const OFF = "keys-off";
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

const isOff = () => { try { return localStorage.getItem(OFF) === "yes"; } catch { return false; } };
const rows = () => [...document.querySelectorAll("[data-keys=rows] > li, .ip-cards > li")];
const lead = (row) => row?.querySelector("a[href]");

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  lead(all[next])?.focus();
  return all.length > 0;
}

function tick() {
  const row = rows().find((one) => one.contains(document.activeElement));
  const box = row?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function search() {
  const field = document.querySelector("main input[type=search], [role=search] input[type=text], [role=search] input[type=search]");
  const folded = field?.closest("details:not([open])");
  if (folded) folded.open = true;
  field?.focus();
  return Boolean(field);
}

let dialog;
async function help() {
  const link = document.querySelector("a[data-keys=help]");
  if (!link || dialog?.open) return Boolean(dialog);
  if (!dialog) {
    const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
    dialog = document.createElement("dialog");
    dialog.className = "ip-dialog";
    dialog.setAttribute("aria-label", page.querySelector("h1").textContent);
    dialog.append(page.querySelector("[data-keys=list]"));
    document.body.append(dialog);
    dress(dialog);
  }
  dialog.showModal();
  return true;
}

const KEYS = { j: () => move(1), k: () => move(-1), x: tick, "/": search, "?": help };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const action = KEYS[event.key];
  if (!action || isOff() || event.target.closest?.(TYPING) || dialog?.open) return;
  event.preventDefault();
  action();
});

function dress(scope) {
  for (const box of scope.querySelectorAll("[data-keys=switch] input")) {
    box.closest("[data-keys=switch]").hidden = false;
    box.checked = !isOff();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "no" : "yes"));
  }
  for (const button of scope.querySelectorAll("[data-keys=close]")) {
    button.hidden = scope === document;
    button.addEventListener("click", () => scope.close());
  }
}
dress(document);

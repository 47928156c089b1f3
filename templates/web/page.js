// The notebook page without script is whole; this adds printing, and news without reloading.
"use strict";

const POLL_MS = 4000;
const body = document.body;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const details of document.querySelectorAll("details.facts")) details.open = true;
    window.print();
  });
}

// A GIF can't be paused, so a still of it is laid over; held from the start for people who asked for less motion.
function hold(button, held) {
  const clip = button.closest("figure");
  const image = clip.querySelector("img");
  clip.querySelector("canvas")?.remove();
  button.setAttribute("aria-pressed", String(held));
  if (!held || !image.naturalWidth) return;
  const still = document.createElement("canvas");
  [still.width, still.height] = [image.naturalWidth, image.naturalHeight];
  still.style.width = `${image.clientWidth}px`;
  still.getContext("2d").drawImage(image, 0, 0);
  image.after(still);
}

function equip(root) {
  const less = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const button of root.querySelectorAll("[data-still]")) {
    button.hidden = false;
    button.addEventListener("click", () => hold(button, button.getAttribute("aria-pressed") !== "true"));
    if (less)
      button
        .closest("figure")
        .querySelector("img")
        .decode()
        .then(
          () => hold(button, true),
          () => {},
        );
  }
}
equip(document);

// A browser may write a date or a time otherwise than the page did, so a field is held against an untouched one.
function written(field) {
  const untouched = field.cloneNode(true);
  untouched.value = field.defaultValue;
  return field.value !== untouched.value;
}

// Someone is writing in this part, so it is left alone.
const busy = (part) =>
  part.contains(document.activeElement) ||
  [...part.querySelectorAll("textarea, input:not([type=hidden])")].some(written);

function refreshed(fresh) {
  const parts = (root) => [...root.querySelectorAll("[data-section]")];
  const old = new Map(parts(document).map((part) => [part.dataset.section, part]));
  const main = document.querySelector("#main");
  let before = document.querySelector("#news");
  let changed = false;
  for (const part of parts(fresh)) {
    let here = old.get(part.dataset.section);
    old.delete(part.dataset.section);
    if (!here) {
      here = document.importNode(part, true);
      equip(here);
      changed = true;
    } else if (!same(here, part) && !busy(here)) {
      const open = [...here.querySelectorAll("details")].map((details) => details.open);
      const next = document.importNode(part, true);
      for (const [at, details] of next.querySelectorAll("details").entries()) {
        details.open = open[at] && !details.matches(".editing");
      }
      here.replaceWith(next);
      equip(next);
      here = next;
      changed = true;
    }
    if (before.nextElementSibling !== here) before.after(here);
    before = here;
  }
  for (const gone of old.values()) if (!busy(gone)) gone.remove();
  for (const id of ["contents", "title", "head-facts", "removed"]) {
    const now = document.getElementById(id);
    const then = fresh.getElementById(id);
    if (now && then) now.replaceWith(document.importNode(then, true));
    else if (then) main.append(document.importNode(then, true));
    else if (now) now.remove();
  }
  return changed;
}

// Forms differ in every drawing of the page (their keys), so parts are compared by what they say.
function same(one, other) {
  const said = (part) =>
    [...part.querySelectorAll("[data-cell]")].map((cell) => cell.dataset.cell + cell.dataset.digest).join();
  return said(one) === said(other);
}

async function look() {
  if (document.hidden) return;
  try {
    const { version } = await (await fetch(`${body.dataset.notebook}/version`)).json();
    if (String(version) === body.dataset.version) return;
    const text = await (await fetch(body.dataset.notebook)).text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const news = document.querySelector("#news");
    if (refreshed(fresh)) {
      news.hidden = false;
      setTimeout(() => (news.hidden = true), 5000);
    }
    body.dataset.version = fresh.body.dataset.version;
  } catch {
    // The server is away for a moment; the next look finds it again.
  }
}

if (body.dataset.notebook) setInterval(look, POLL_MS);

// Copies what an address gives. The promise goes to the clipboard at once: Safari takes nothing that comes later.
async function copied(address) {
  const text = fetch(address).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))));
  try {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return "";
  } catch {
    // No clipboard where the page came without TLS, and no promises in it in older browsers.
    const words = await text;
    const field = Object.assign(document.createElement("textarea"), { value: words, readOnly: true });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done ? "" : words;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  const told = button.parentElement.querySelector("[data-copied]");
  button.addEventListener("click", async () => {
    told.textContent = "";
    button.parentElement.querySelector("textarea")?.remove();
    let left = "";
    try {
      left = await copied(button.dataset.copy);
    } catch {
      left = " "; // the server is away for a moment
    }
    told.textContent = left ? told.dataset.failed : told.dataset.done;
    if (!left.trim()) return;
    const field = Object.assign(document.createElement("textarea"), { value: left, readOnly: true, rows: 8 });
    field.setAttribute("aria-label", button.textContent);
    told.after(field);
    field.select();
  });
}

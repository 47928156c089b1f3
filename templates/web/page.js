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

// Someone is writing in this part, or presses something, so it is left alone for now.
const busy = (part) =>
  part.contains(document.activeElement) ||
  part.matches(":active") ||
  [...part.querySelectorAll("textarea, input:not([type=hidden])")].some(written);

// Puts what is new into the page: whether anything was, and whether anything has to wait for somebody who is busy there.
function refreshed(fresh) {
  const parts = (root) => [...root.querySelectorAll("[data-section]")];
  const old = new Map(parts(document).map((part) => [part.dataset.section, part]));
  const main = document.querySelector("#main");
  let before = document.querySelector("#news");
  let [changed, left] = [false, false];
  for (const part of parts(fresh)) {
    let here = old.get(part.dataset.section);
    old.delete(part.dataset.section);
    if (!here) {
      here = document.importNode(part, true);
      equip(here);
      changed = true;
    } else if (!same(here, part) && busy(here)) {
      left = true;
    } else if (!same(here, part)) {
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
  for (const gone of old.values()) {
    if (busy(gone)) left = true;
    else gone.remove();
  }
  for (const id of ["contents", "title", "head-facts", "removed"]) {
    const now = document.getElementById(id);
    const then = fresh.getElementById(id);
    if (now && then && now.isEqualNode(then)) continue;
    if (now && busy(now)) left ||= now.textContent !== then?.textContent;
    else if (now && then) now.replaceWith(opened(document.importNode(then, true), now.open));
    else if (then) main.append(document.importNode(then, true));
    else if (now) now.remove();
  }
  return { changed, left };
}

function opened(part, open) {
  if (open) part.open = true;
  return part;
}

// Forms differ in every drawing of the page (their keys), so parts are compared by what they say.
function same(one, other) {
  const said = (part) =>
    [...part.querySelectorAll("[data-cell]")].map((cell) => cell.dataset.cell + cell.dataset.digest).join();
  return said(one) === said(other);
}

let looking = false; // or an older answer could come after a newer one
let hiding;

async function look() {
  if (document.hidden || looking) return;
  looking = true;
  try {
    const { version } = await (await fetch(`${body.dataset.notebook}/version`)).json();
    if (String(version) === body.dataset.version) return;
    const text = await (await fetch(body.dataset.notebook)).text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const news = document.querySelector("#news");
    const { changed, left } = refreshed(fresh);
    if (changed) {
      news.hidden = false;
      clearTimeout(hiding);
      hiding = setTimeout(() => (news.hidden = true), 5000);
    }
    if (!left) body.dataset.version = fresh.body.dataset.version;
  } catch {
    // The server is away for a moment; the next look finds it again.
  } finally {
    looking = false;
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
  let copying = 0;
  button.addEventListener("click", async () => {
    const mine = ++copying;
    told.textContent = "";
    button.parentElement.querySelector("textarea")?.remove();
    let left = "";
    try {
      left = await copied(button.dataset.copy);
    } catch {
      left = " "; // the server is away for a moment
    }
    if (mine !== copying) return; // pressed again meanwhile
    told.textContent = left ? told.dataset.failed : told.dataset.done;
    if (!left.trim()) return;
    const field = Object.assign(document.createElement("textarea"), { value: left, readOnly: true, rows: 8 });
    field.setAttribute("aria-label", button.textContent);
    told.after(field);
    field.select();
  });
}

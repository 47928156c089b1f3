// Overlays: menus, confirmations, enlarged pictures, short notices.

import { h, icon, place } from "./dom.js";
import { focusKept } from "./focus.js";
import { t } from "./words.js";

const layer = document.getElementById("overlays");
const FOCUSABLE = "button, [href], input, select, textarea, [tabindex]:not([tabindex='-1'])";

/** Opens an overlay that keeps Tab inside, closes on Escape and gives the focus back. Returns a function that closes it. */
export function open(content, { onclose = () => {}, label = "", className = "", modal = true } = {}) {
  const refocus = focusKept();
  const attributes = {
    class: `overlay ${className}`,
    role: "dialog",
    "aria-modal": String(modal),
    "aria-label": label || null,
  };
  const box = h("div", attributes, content);
  const veil = h("div", { class: `veil ${className}-veil` }, box);
  const close = () => {
    if (!veil.isConnected) return;
    veil.remove();
    onclose();
    refocus();
  };
  veil.addEventListener("mousedown", (event) => event.target === veil && close());
  veil.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key === "Tab") keepInside(event, box);
  });
  layer.append(veil);
  (box.querySelector("[autofocus]") ?? box.querySelector(FOCUSABLE))?.focus();
  return close;
}

export function keepInside(event, box) {
  const stops = [...box.querySelectorAll(FOCUSABLE)].filter((one) => !one.disabled && one.offsetParent !== null);
  if (!stops.length) return;
  const [first, last] = [stops[0], stops.at(-1)];
  const [edge, other] = event.shiftKey ? [first, last] : [last, first];
  if (document.activeElement !== edge) return;
  event.preventDefault();
  other.focus();
}

/** Asks for confirmation, as Block Kit describes it. Resolves to whether the person agrees. */
export function confirmed({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = h(
      "button",
      { type: "button", class: `button ${style === "danger" ? "danger" : "primary"}`, autofocus: true },
      confirm,
    );
    const no = h("button", { type: "button", class: "button" }, deny);
    const content = h(
      "div",
      { class: "confirm" },
      h("h2", {}, title),
      h("div", {}, text),
      h("div", { class: "row-end" }, no, yes),
    );
    const close = open(content, { label: title, className: "dialog", onclose: () => resolve(answer) });
    yes.onclick = () => {
      answer = true;
      close();
    };
    no.onclick = close;
  });
}

/** `items` are {label, run, icon?, danger?}. Opens under the button, moves with the arrow keys. */
export function menu(anchor, items) {
  const buttons = items.map((item) =>
    h(
      "button",
      { type: "button", role: "menuitem", class: item.danger ? "menu-item danger-text" : "menu-item" },
      item.icon ? icon(item.icon) : null,
      h("span", {}, item.label),
    ),
  );
  const list = h("div", { role: "menu", class: "menu-list" }, ...buttons);
  const close = open(list, { className: "menu", modal: false });
  for (const [n, button] of buttons.entries()) {
    button.addEventListener("click", () => {
      close();
      items[n].run();
    });
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length].focus();
  });
  beside(anchor, list.parentElement);
}

/** A row of emoji to choose from. */
export function emojiMenu(anchor, choices, run) {
  const buttons = choices.map(([name, shown]) =>
    h("button", { type: "button", class: "emoji-choice", title: `:${name}:`, "aria-label": name }, shown),
  );
  const grid = h("div", { class: "emoji-grid" }, ...buttons);
  const close = open(grid, { className: "menu", modal: false, label: t("Add reaction") });
  for (const [n, button] of buttons.entries()) {
    button.addEventListener("click", () => {
      close();
      run(choices[n][0]);
    });
  }
  beside(anchor, grid.parentElement);
}

function beside(anchor, box) {
  const at = anchor.getBoundingClientRect();
  const [width, height] = [box.offsetWidth, box.offsetHeight];
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const below = at.bottom + 4 + height < innerHeight;
  box.style.setProperty("left", `${left}px`);
  box.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`);
}

export function enlarge(src, alt, title) {
  const closer = h("button", { type: "button", class: "icon-button", "aria-label": t("Close") }, icon("close"));
  const content = h("figure", { class: "large" }, closer, h("img", { src, alt }), h("figcaption", {}, title || alt));
  closer.onclick = open(content, { label: alt, className: "lightbox" });
}

export function toast(text) {
  const note = h("div", { class: "toast" }, text);
  const all = document.getElementById("toasts");
  place(all, [...[...all.children].slice(-2), note]);
  setTimeout(() => note.remove(), 6000);
}

const FAILURES = {
  http_timeout: "The app did not answer in time.",
  connection_failed: "The app can’t be reached.",
  http_error: "The app answered with an error.",
};

/** The sentence for an answer that was refused. */
export function refusal(answer) {
  if (answer.error === "bot_failed")
    return t(FAILURES[answer.failure] ?? "The app answered with something that can’t be shown.");
  if (answer.error === "unreachable") return t("The workspace can’t be reached.");
  return t("That was refused: %(code)s", { code: answer.error });
}

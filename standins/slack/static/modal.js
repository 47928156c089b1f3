// Modals: the top of the stack is shown; entered values stay with their view.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { keepInside, refusal } from "./overlays.js";
import { state } from "./state.js";
import { appText as t } from "./words.js";

const entered = new Map(); // view id -> block -> action -> raw value
let current = null; // {id, hash, veil, before}

/** Draws the stack as it is now; does nothing when the top has not changed. */
export function showViews() {
  const view = state.views.at(-1);
  if (!view) return put(null);
  if (current?.id === view.id && current.hash === view.hash && current.depth === state.views.length) return;
  const values = entered.get(view.id) ?? {};
  entered.set(view.id, values);
  put(view, dialog(view, values));
}

function put(view, veil) {
  const before = current ? current.before : document.activeElement;
  current?.veil.remove();
  if (!view) {
    if (current) entered.clear();
    if (current && before?.isConnected) before.focus();
    current = null;
    return;
  }
  document.getElementById("overlays").append(veil);
  current = { id: view.id, hash: view.hash, depth: state.views.length, veil, before };
  const first =
    "[autofocus], .modal-body input, .modal-body textarea, .modal-body select, .modal-body button, #modal-submit, #modal-cancel";
  veil.querySelector(first)?.focus();
}

// A long text can be scrolled by the keyboard, too.
const MODAL_BODY = { class: "modal-body", tabindex: "0", role: "group", "aria-labelledby": "modal-title" };

function dialog(view, values) {
  const errors = h("p", { class: "modal-error", role: "alert", id: "modal-error", hidden: true });
  const leave = (everything) => act("close", { user: state.me, view_id: view.id, everything });
  const { cancel, closer, submit } = buttons(view, leave);
  const form = h(
    "form",
    { novalidate: true, class: "modal-form" },
    h("div", { class: "modal-head" }, h("h2", { id: "modal-title" }, label(view.title)), closer),
    h("div", MODAL_BODY, errors, blocks(view.blocks, viewContext(view, values, errors))),
    h("div", { class: "modal-foot" }, cancel, submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(view, values, { form, submit, errors });
  });
  const attributes = { id: "modal", class: "modal", role: "dialog", "aria-modal": "true" };
  const data = { "data-callback-id": view.callback_id, "data-view-id": view.id };
  const box = h("div", { ...attributes, ...data, "aria-labelledby": "modal-title" }, form);
  const veil = h("div", { class: "veil" }, box);
  veil.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      leave(false);
    }
    if (event.key === "Tab") keepInside(event, box);
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
  });
  return veil;
}

const label = (object, fallback) => (object ? plain(object.text) : fallback);

function buttons(view, leave) {
  const fallback = state.views.length > 1 ? t("Back") : t("Close");
  const submit = { type: "submit", id: "modal-submit", class: "button primary", disabled: view.submit_disabled };
  const cancel = { type: "button", id: "modal-cancel", class: "button", onclick: () => leave(false) };
  const close = { type: "button", id: "modal-close", class: "icon-button", "aria-label": t("Close") };
  return {
    submit: view.submit ? h("button", submit, label(view.submit)) : null,
    cancel: h("button", cancel, label(view.close, fallback)),
    closer: h("button", { ...close, onclick: () => leave(true) }, icon("close")),
  };
}

async function send(view, values, { form, submit, errors }) {
  if (!submit || submit.getAttribute("aria-busy")) return;
  for (const old of form.querySelectorAll(".field-error")) old.hidden = true;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  errors.hidden = true;
  submit.setAttribute("aria-busy", "true");
  const answer = await act("submit", { user: state.me, view_id: view.id, values });
  submit.removeAttribute("aria-busy");
  if (!answer.ok) return showError(errors, refusal(answer));
  const refused = Object.entries(answer.errors ?? {});
  for (const [block, text] of refused) {
    const holder = form.querySelector(`[data-block-id="${CSS.escape(block)}"]`);
    const place = holder?.querySelector(".field-error");
    if (!place) return showError(errors, text);
    showError(place, text);
    for (const field of holder.querySelectorAll("input, textarea, select")) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", place.id);
    }
  }
  if (!refused.length) return;
  form.querySelector("[aria-invalid]")?.focus();
  form.querySelector(".field-error:not([hidden])")?.scrollIntoView({ block: "nearest" });
}

function showError(place, text) {
  place.textContent = text;
  place.hidden = false;
}

function viewContext(view, values, errors) {
  const at = (block, element) => ({
    user: state.me,
    view_id: view.id,
    block_id: block.block_id,
    action_id: element.action_id,
  });
  return {
    prefix: view.id,
    values,
    sendAction: async (block, element, value) => {
      const answer = await act("press", { ...at(block, element), value, values });
      if (!answer.ok) showError(errors, refusal(answer));
      return answer;
    },
    loadOptions: async (block, element, query) =>
      (await act("suggest", { ...at(block, element), query, values })).options ?? [],
  };
}

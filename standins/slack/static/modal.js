// Modals: the top of the stack is shown; entered values stay with their view.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, icon, whenReleased } from "./dom.js";
import { focusKept, keptFocus } from "./focus.js";
import { plain } from "./mrkdwn.js";
import { keepInside, refusal } from "./overlays.js";
import { state } from "./state.js";
import { appText as t } from "./words.js";

const entered = new Map(); // view id -> block -> action -> raw value
const sent = new Set(); // ids of views whose submission has no answer yet, however often they are drawn meanwhile
let current = null; // {id, hash, depth, veil, refocus}

/** Draws the stack as it is now; does nothing when the top has not changed. */
export function showViews() {
  whenReleased(document.getElementById("overlays"), show);
}

function show() {
  const view = state.views.at(-1);
  if (!view) return put(null);
  if (current?.id === view.id && current.hash === view.hash && current.depth === state.views.length) return;
  const values = entered.get(view.id) ?? {};
  entered.set(view.id, values);
  put(view, dialog(view, values));
}

function put(view, veil) {
  const old = current;
  const again = old && old.id === view?.id ? keptFocus(old.veil, veil) : () => false;
  const refocus = old ? old.refocus : focusKept();
  if (!view) {
    old?.veil.remove();
    if (old) entered.clear();
    if (old) refocus();
    current = null;
    return;
  }
  if (old) old.veil.replaceWith(veil);
  else document.getElementById("overlays").append(veil);
  current = { id: view.id, hash: view.hash, depth: state.views.length, veil, refocus };
  if (again()) return; // the same view with something new in it: whoever writes in it goes on
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
    h("div", MODAL_BODY, errors, blocks(view.blocks, viewContext(view, values))),
    h("div", { class: "modal-foot" }, cancel, submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(view, values, submit);
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
  const busy = sent.has(view.id) && "true";
  const kind = { type: "submit", id: "modal-submit", class: "button primary" };
  const submit = { ...kind, disabled: view.submit_disabled, "aria-busy": busy };
  const cancel = { type: "button", id: "modal-cancel", class: "button", onclick: () => leave(false) };
  const close = { type: "button", id: "modal-close", class: "icon-button", "aria-label": t("Close") };
  return {
    submit: view.submit ? h("button", submit, label(view.submit)) : null,
    cancel: h("button", cancel, label(view.close, fallback)),
    closer: h("button", { ...close, onclick: () => leave(true) }, icon("close")),
  };
}

/** The view's form as it is now: it may have been drawn anew since something was sent from it. */
const formOf = (view) => (current?.id === view.id ? current.veil.querySelector("form") : null);

function showRefusal(view, text) {
  const form = formOf(view);
  if (form) showError(form.querySelector("#modal-error"), text);
}

async function send(view, values, submit) {
  if (!submit || sent.has(view.id)) return;
  for (const old of formOf(view)?.querySelectorAll(".field-error, #modal-error") ?? []) old.hidden = true;
  for (const field of formOf(view)?.querySelectorAll("[aria-invalid]") ?? []) field.removeAttribute("aria-invalid");
  sent.add(view.id);
  submit.setAttribute("aria-busy", "true");
  const answer = await act("submit", { user: state.me, view_id: view.id, values });
  sent.delete(view.id);
  formOf(view)?.querySelector("#modal-submit")?.removeAttribute("aria-busy");
  if (!answer.ok) return showRefusal(view, refusal(answer));
  showErrors(view, Object.entries(answer.errors ?? {}));
}

function showErrors(view, refused) {
  const form = formOf(view);
  if (!form) return;
  for (const [block, text] of refused) {
    const holder = form.querySelector(`[data-block-id="${CSS.escape(block)}"]`);
    const place = holder?.querySelector(".field-error");
    if (!place) return showRefusal(view, text);
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

function viewContext(view, values) {
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
      if (!answer.ok) showRefusal(view, refusal(answer));
      return answer;
    },
    loadOptions: async (block, element, query) =>
      (await act("suggest", { ...at(block, element), query, values })).options ?? [],
  };
}

// The message field: Enter sends, Shift+Enter breaks the line, ↑ edits the last message.

import { act, read, upload } from "./api.js";
import { avatar } from "./avatar.js";
import { completions, usageHint } from "./completion.js";
import { h, icon } from "./dom.js";
import { menu, refusal, toast } from "./overlays.js";
import { me, state } from "./state.js";
import { t } from "./words.js";

export class Composer {
  /** `id` names its parts: `#composer`, `#send`. `where()` gives {channel, thread_ts?}; `last()` the last own message,
   *  `leave()` takes the focus away on Escape; the draft stays. `sent()` is told when something was sent. */
  constructor(holder, { id, send, where, last, personas, sent, leave = () => {} }) {
    Object.assign(this, {
      id,
      sent,
      where,
      last,
      personas,
      leave,
      drafts: new Map(),
      completion: null,
      active: 0,
      editing: null,
      file: null,
    });
    this.makeField();
    this.makeButtons(send);
    this.box = h("div", { class: "composer" }, this.note, h("div", { class: "composer-text" }, this.area, this.hint));
    this.box.append(this.row());
    holder.replaceChildren(this.list, this.box);
    this.wire();
  }

  makeField() {
    const list = `${this.id}-list`;
    const label = t("Suggestions");
    this.list = h("ul", { role: "listbox", id: list, class: "completions", hidden: true, "aria-label": label });
    this.area = h("textarea", {
      id: this.id,
      rows: 1,
      "aria-haspopup": "listbox",
      "aria-controls": list,
      "aria-autocomplete": "list",
    });
    this.hint = h("span", { class: "usage-hint", "aria-hidden": "true", hidden: true });
    this.note = h("div", { class: "composer-note", hidden: true });
  }

  makeButtons(send) {
    this.sender = h(
      "button",
      { id: send, type: "button", class: "send", "aria-label": t("Send"), disabled: true, onclick: () => this.send() },
      icon("send"),
    );
    this.chip = h("button", {
      type: "button",
      id: `${this.id}-as`,
      class: "as-chip",
      "aria-haspopup": "menu",
      onclick: () => menu(this.chip, this.personas()),
    });
  }

  row() {
    const label = t("Attach a file");
    const picker = h("input", {
      type: "file",
      class: "visually-hidden",
      id: `${this.id}-file`,
      "aria-label": label,
      tabindex: "-1",
      onchange: () => this.attach(picker.files[0]),
    });
    const attach = h(
      "button",
      { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: () => picker.click() },
      icon("clip"),
    );
    const keys = h("span", { class: "keys", "aria-hidden": "true" }, t("Enter sends, Shift+Enter starts a line"));
    return h("div", { class: "composer-row" }, this.chip, attach, picker, keys, this.sender);
  }

  wire() {
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("selectionchange", () => this.moved());
    this.area.addEventListener("blur", () => this.close());
    this.area.addEventListener("paste", (event) => this.attach(event.clipboardData.files[0]));
    this.box.addEventListener("dragover", (event) => event.preventDefault());
    this.box.addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach(event.dataTransfer.files[0]);
    });
  }

  /** Shows who the author will be, and keeps a draft for each place and person. */
  show(label) {
    const key = JSON.stringify([state.me, this.where()]);
    if (key !== this.key_) {
      if (this.key_ && !this.editing) this.drafts.set(this.key_, this.area.value);
      this.key_ = key;
      this.stopEditing();
      this.area.value = this.drafts.get(key) ?? "";
    }
    this.area.placeholder = label;
    this.area.setAttribute("aria-label", label);
    this.chip.replaceChildren(
      avatar(me(), "tiny"),
      h("span", {}, t("as %(name)s", { name: me()?.real_name ?? "" })),
      icon("down"),
    );
    this.changed();
  }

  changed() {
    this.area.style.setProperty("height", "auto");
    this.area.style.setProperty("height", `${Math.min(this.area.scrollHeight, 220)}px`);
    const usage = usageHint(this.area.value);
    this.hint.hidden = !usage;
    this.hint.textContent = usage ? `${this.area.value}${usage}` : "";
    this.sender.disabled = !this.area.value.trim() && !this.file;
    this.suggest();
  }

  suggest() {
    this.caret = this.area.selectionStart;
    this.completion = completions(this.area.value, this.caret, Boolean(this.where().thread_ts));
    this.active = 0;
    this.drawList();
  }

  /** The caret goes elsewhere without a word: suggestions for where it was are none any more. */
  moved() {
    if (this.completion && this.caret !== this.area.selectionStart) this.suggest();
  }

  drawList() {
    const open = Boolean(this.completion) && document.activeElement === this.area;
    this.list.hidden = !open;
    if (!open) return this.area.removeAttribute("aria-activedescendant");
    const rows = this.completion.choices.map((choice, n) =>
      h(
        "li",
        {
          role: "option",
          id: `${this.id}-option-${n}`,
          "aria-selected": String(n === this.active),
          onmousedown: (event) => {
            event.preventDefault();
            this.accept(n);
          },
        },
        choice.person ? avatar(choice.person, "tiny") : null,
        h("strong", {}, choice.label),
        choice.usage ? h("code", {}, choice.usage) : null,
        h("span", { class: "option-note" }, choice.note),
      ),
    );
    this.list.replaceChildren(...rows);
    this.area.setAttribute("aria-activedescendant", `${this.id}-option-${this.active}`);
  }

  close() {
    this.completion = null;
    this.drawList();
  }

  accept(n) {
    this.moved();
    if (!this.completion?.choices[n]) return;
    const { from, choices } = this.completion;
    const { value, selectionStart } = this.area;
    const inserted = choices[n].insert;
    this.area.value = value.slice(0, from) + inserted + value.slice(selectionStart);
    this.area.setSelectionRange(from + inserted.length, from + inserted.length);
    this.changed();
  }

  key(event) {
    if (event.isComposing) return; // Korean takes several keys for a syllable
    this.moved();
    const run = this.actionOf(event);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  /** What a key does here; undefined where it does what it does in every field. */
  actionOf({ key, shiftKey }) {
    const { area, completion } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (completion && step) return () => this.move(step);
    if (completion && ["Enter", "Tab"].includes(key) && !shiftKey) return () => this.accept(this.active);
    if (key === "Escape" && completion) return () => this.close();
    if (key === "Escape" && this.editing) return () => this.stopEditing();
    if (key === "Escape" && (area.value || this.file)) return () => this.leave();
    if (key === "Tab" && !this.hint.hidden) return () => this.complete();
    if (key === "ArrowUp" && !area.value && this.last()) return () => this.edit(this.last());
    if (key === "Enter" && !shiftKey) return () => this.send();
    return undefined;
  }

  move(step) {
    const count = this.completion.choices.length;
    this.active = (this.active + step + count) % count;
    this.drawList();
  }

  complete() {
    this.area.value += usageHint(this.area.value);
    this.changed();
  }

  async edit(one) {
    const { channel } = this.where();
    const [key, { value }] = [this.key_, this.area];
    const answer = await read("source", { user: state.me, channel, ts: one.ts });
    if (!answer.ok) return toast(refusal(answer));
    if (key !== this.key_ || value !== this.area.value) return; // gone on, or writing something else
    this.editing = one.ts;
    this.area.value = answer.text ?? "";
    this.showNote(t("Editing your message. Esc leaves it as it was."), () => this.stopEditing());
    this.area.focus();
    this.changed();
  }

  stopEditing() {
    if (this.editing) this.area.value = "";
    this.editing = this.file = null;
    this.note.hidden = true;
    this.changed();
  }

  attach(file) {
    if (!file) return;
    this.file = file;
    this.showNote(t("Attached: %(name)s", { name: file.name }), () => this.stopEditing());
    this.changed();
    this.area.focus();
  }

  showNote(text, undo) {
    const closer = h(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("Cancel"), onclick: undo },
      icon("close"),
    );
    this.note.replaceChildren(h("span", {}, text), closer);
    this.note.hidden = false;
  }

  async send() {
    const text = this.area.value;
    const place = { user: state.me, ...this.where() };
    const { file, editing, key_: key } = this;
    if (!text.trim() && !file) return;
    this.area.value = "";
    if (editing || file) {
      this.editing = null;
      this.stopEditing();
    }
    this.changed();
    if (!editing) this.sent();
    const answer = file
      ? await upload({ ...place, text }, file)
      : await act(editing ? "edit" : "post", { ...place, text, ...(editing ? { ts: editing } : {}) });
    if (answer.ok || answer.notice) return;
    toast(refusal(answer));
    this.takeBack(key, text, file);
  }

  /** What was refused is a draft again where it was written, before what was written since. */
  takeBack(key, text, file) {
    const here = key === this.key_;
    const since = here ? this.area.value : this.drafts.get(key);
    const all = [text, since].filter(Boolean).join("\n");
    if (!here) return this.drafts.set(key, all);
    this.area.value = all;
    if (file && !this.file) this.attach(file);
    this.changed();
  }
}

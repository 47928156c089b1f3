// External menus: the query goes to the app, its options come back.

import { h } from "./dom.js";
import { Turns } from "./fresh.js";
import { plain } from "./mrkdwn.js";
import { appText as t } from "./words.js";

const WAIT = 200; // ms after the last key

/** Draws an external menu; with `many` several options can be chosen. */
export const combobox = (many) => (binding) => new Combobox(many, binding).node;

class Combobox {
  constructor(many, { block, element, context, get, set }) {
    Object.assign(this, { many, block, element, context, get, set, options: [], active: -1, timer: 0 });
    this.turns = new Turns();
    this.id = `list-${Math.random().toString(36).slice(2)}`;
    this.list = h("ul", { role: "listbox", id: this.id, class: "combo-list", hidden: true });
    this.chips = h("span", { class: "chips" });
    this.input = this.field();
    this.wire();
    this.show();
    this.node = h("div", { class: "combo" }, this.chips, this.input, this.list);
  }

  field() {
    const { element, context } = this;
    return h("input", {
      class: "field",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      id: context.field,
      "aria-expanded": "false",
      "aria-controls": this.id,
      "aria-autocomplete": "list",
      placeholder: element.placeholder ? plain(element.placeholder.text) : t("Choose…"),
      "aria-label": context.label ? null : element.placeholder?.text,
      "data-action-id": element.action_id,
    });
  }

  wire() {
    this.input.addEventListener("input", () => {
      this.stop();
      this.timer = setTimeout(() => this.load(), WAIT);
    });
    this.input.addEventListener("focus", () => this.least === 0 && this.load());
    this.input.addEventListener("blur", () => {
      this.close();
      this.show();
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  get least() {
    return this.element.min_query_length ?? 3;
  }

  chosen() {
    return this.many ? (this.get() ?? []) : [this.get()].filter(Boolean);
  }

  without(option) {
    return this.chosen().filter((other) => other.value !== option.value);
  }

  show() {
    const [first] = this.chosen();
    if (!this.many) this.input.value = first ? plain(first.text.text) : "";
    this.chips.replaceChildren(...(this.many ? this.chosen().map((option) => this.chip(option)) : []));
  }

  chip(option) {
    const remove = () => {
      this.set(this.without(option));
      this.show();
    };
    const label = t("Remove %(name)s", { name: option.text.text });
    const attributes = { type: "button", class: "chip", "aria-label": label, onclick: remove };
    return h("button", attributes, plain(option.text.text), " ×");
  }

  /** What was asked for comes too late for what is written by now, or was chosen. */
  stop() {
    clearTimeout(this.timer);
    return this.turns.take();
  }

  close() {
    this.stop();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    this.set(this.many ? [...this.without(option), option] : option);
    if (this.many) this.input.value = "";
    this.close();
    this.show();
  }

  async load() {
    if (this.input.value.length < this.least) return this.close();
    const mine = this.stop();
    const options = await this.context.loadOptions(this.block, this.element, this.input.value);
    if (!mine()) return;
    this.options = options;
    this.active = this.options.length ? 0 : -1;
    this.draw();
  }

  draw() {
    const rows = this.options.map((option, n) => this.row(option, n));
    this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "combo-none" }, t("Nothing found"))]));
    this.list.hidden = false;
    this.list.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-expanded", "true");
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
  }

  row(option, n) {
    const attributes = { role: "option", id: `${this.id}-${n}`, class: "combo-option" };
    const row = h("li", { ...attributes, "aria-selected": String(n === this.active) }, plain(option.text.text));
    row.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.choose(option);
    });
    return row;
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.options.length;
    if (step && count) {
      this.active = (this.active + step + count) % count;
      this.draw();
      event.preventDefault();
    }
    if (event.key === "Enter" && this.options[this.active]) {
      event.preventDefault();
      this.choose(this.options[this.active]);
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    }
  }
}

// Interactive elements. Their context has:
//   values      block_id -> action_id -> raw value, changed as people choose
//   sendAction  (block, element, value) => Promise of an answer
//   loadOptions (block, element, query) => Promise of options
//   label       the id of the element that labels this one (input blocks)
//   quiet       true in an input block: the bot gets no event of a change, unless dispatch_action

import { combobox } from "./combobox.js";
import { h, icon, link } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { confirmed, menu, toast } from "./overlays.js";
import { channelName, state } from "./state.js";
import { appText as t } from "./words.js";

const text = (object) => (object ? plain(object.text, object.emoji !== false) : "");
const rendered = (object) => (object?.type === "mrkdwn" ? mrkdwn(object.text, object) : h("span", {}, text(object)));
const names = (element) => ({ "data-action-id": element.action_id });

export function element(block, element, context) {
  const draw = KINDS[element.type];
  if (!draw)
    return h(
      "div",
      { class: "unknown-block", role: "alert" },
      t("This element can’t be shown: %(type)s", { type: element.type }),
    );
  return draw({ block, element, context, ...binding(block, element, context) });
}

/** get() returns the raw value; set(raw) keeps it, and sends an action to the bot where one is due. */
function binding(block, element, context) {
  const values = () => (context.values[block.block_id] ??= {});
  const get = () => values()[element.action_id] ?? initial(element);
  const set = async (raw, notify = !context.quiet || block.dispatch_action) => {
    if (notify && element.confirm && !(await agreed(element.confirm))) return;
    values()[element.action_id] = raw;
    if (notify) await context.sendAction(block, element, raw);
  };
  return { get, set };
}

function initial(element) {
  const option = element.initial_option ?? null;
  const chosen = element.initial_options ?? null;
  if (option) return element.type.includes("external") ? option : option.value;
  if (chosen) return element.type.includes("external") ? chosen : chosen.map((one) => one.value);
  const key = Object.keys(element).find((name) => name.startsWith("initial_"));
  return key ? element[key] : null;
}

const agreed = (c) =>
  confirmed({
    title: text(c.title),
    text: rendered(c.text),
    confirm: text(c.confirm),
    deny: text(c.deny),
    style: c.style,
  });

function button({ block, element, context }) {
  const style = { primary: "primary", danger: "danger" }[element.style] ?? "";
  const attributes = {
    type: "button",
    class: `button ${style}`,
    "aria-label": element.accessibility_label,
    ...names(element),
  };
  const node = h(
    "button",
    attributes,
    element.icon ? icon(element.icon === "trash" ? "trash" : "more") : null,
    h("span", {}, text(element.text)),
  );
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-busy")) return;
    if (element.confirm && !(await agreed(element.confirm))) return;
    if (element.url) link(element.url).click();
    node.setAttribute("aria-busy", "true");
    await context.sendAction(block, element, element.value);
    node.removeAttribute("aria-busy");
  });
  return node;
}

function feedback({ block, element, context }) {
  const one = (choice, shown) => {
    const node = h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-label": choice.accessibility_label ?? text(choice.text),
        title: text(choice.text),
      },
      shown,
    );
    node.addEventListener("click", () => context.sendAction(block, element, choice.value));
    return node;
  };
  return h(
    "span",
    { class: "feedback", ...names(element) },
    one(element.positive_button, "👍"),
    one(element.negative_button, "👎"),
  );
}

function overflow({ element, set }) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button icon-only",
      "aria-label": t("More actions"),
      "aria-haspopup": "menu",
      ...names(element),
    },
    icon("more"),
  );
  const choose = (option) => {
    if (option.url) link(option.url).click();
    set(option.value, true);
  };
  node.addEventListener("click", () =>
    menu(
      node,
      element.options.map((option) => ({ label: text(option.text), run: () => choose(option) })),
    ),
  );
  return node;
}

const options = (element) => element.options ?? [];
const people = () => [...state.people.values()].map((p) => ({ text: { text: p.real_name }, value: p.id }));
const places = () =>
  [...state.channels.values()].map((c) => ({ text: { text: c.is_im ? channelName(c) : `#${c.name}` }, value: c.id }));

function select(list) {
  return ({ element, context, get, set }) => {
    const option = (one) => h("option", { value: one.value }, text(one.text));
    const groups = (element.option_groups ?? []).map((group) =>
      h("optgroup", { label: text(group.label) }, ...group.options.map(option)),
    );
    const placeholder = text(element.placeholder) || t("Choose…");
    const attributes = {
      class: "select",
      "aria-label": context.label ? null : placeholder,
      "aria-labelledby": context.label,
      ...names(element),
    };
    const node = h(
      "select",
      attributes,
      h("option", { value: "" }, placeholder),
      ...list(element).map(option),
      ...groups,
    );
    node.value = get() ?? "";
    node.addEventListener("change", () => set(node.value || null));
    return node;
  };
}

/** Boxes to tick; `single` makes them radio buttons. */
function ticks(list, single = false) {
  return ({ element, context, get, set }) => {
    const name = `${context.prefix}-${element.action_id}-${Math.random().toString(36).slice(2)}`;
    const all = list(element);
    const boxes = all.map((option) => {
      const now = get();
      const checked = single ? now === option.value : (now ?? []).includes(option.value);
      return h("input", { type: single ? "radio" : "checkbox", name, value: option.value, checked });
    });
    const rows = all.map((option, n) =>
      h(
        "label",
        { class: "tick" },
        boxes[n],
        h("span", {}, rendered(option.text), option.description ? h("small", {}, rendered(option.description)) : null),
      ),
    );
    const changed = () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      set(single ? (chosen[0] ?? null) : chosen);
    };
    const attributes = {
      class: all.length > 6 ? "ticks ticks-long" : "ticks",
      role: single ? "radiogroup" : "group",
      "aria-labelledby": context.label,
      ...names(element),
    };
    return h("div", { ...attributes, onchange: changed }, ...rows);
  };
}

function field(kind, extra = {}) {
  return ({ block, element, context, get, set }) => {
    const tag = kind === "textarea" || element.multiline ? "textarea" : "input";
    const node = h(tag, {
      class: "field",
      id: context.field,
      type: tag === "input" ? kind : null,
      rows: tag === "textarea" ? 4 : null,
      placeholder: text(element.placeholder) || null,
      maxlength: element.max_length,
      value: get() ?? "",
      autofocus: element.focus_on_load,
      "aria-label": context.label ? null : text(element.placeholder) || t("Value"),
      ...names(element),
      ...extra,
    });
    const loud = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    node.addEventListener("input", () =>
      set(node.value, block.dispatch_action && loud.includes("on_character_entered")),
    );
    if (["date", "time"].includes(kind)) node.addEventListener("change", () => set(node.value || null));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !block.dispatch_action || !loud.includes("on_enter_pressed")) return;
      event.preventDefault();
      set(node.value, true);
    });
    return node;
  };
}

function moment({ element, context, get, set }) {
  const local = (seconds) =>
    new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const node = h("input", {
    class: "field",
    id: context.field,
    type: "datetime-local",
    value: get() ? local(get()) : "",
    ...names(element),
  });
  node.addEventListener("change", () => set(node.value ? Math.floor(new Date(node.value) / 1000) : null));
  return node;
}

function richInput(binding) {
  const line = (text) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  });
  return field("textarea")({ ...binding, get: () => "", set: (text) => binding.set(text ? line(text) : null) });
}

const KINDS = {
  button,
  workflow_button: ({ element }) =>
    h(
      "button",
      { type: "button", class: "button", onclick: () => toast(t("Workflows don’t run here.")) },
      text(element.text),
    ),
  icon_button: button,
  feedback_buttons: feedback,
  overflow,
  static_select: select(options),
  users_select: select(people),
  channels_select: select(() => places().filter((one) => one.value.startsWith("C"))),
  conversations_select: select(places),
  multi_static_select: ticks((e) => [...options(e), ...(e.option_groups ?? []).flatMap((group) => group.options)]),
  multi_users_select: ticks(people),
  multi_channels_select: ticks(() => places().filter((one) => one.value.startsWith("C"))),
  multi_conversations_select: ticks(places),
  external_select: combobox(false),
  multi_external_select: combobox(true),
  checkboxes: ticks(options),
  radio_buttons: ticks(options, true),
  datepicker: field("date"),
  timepicker: field("time"),
  datetimepicker: moment,
  plain_text_input: field("text"),
  number_input: field("text", { inputmode: "decimal" }),
  email_text_input: field("email"),
  url_text_input: field("url"),
  rich_text_input: richInput,
};

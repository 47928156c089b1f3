// External menus: the query goes to the app, its options come back.

import { h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { appText as t } from "./words.js";

const WAIT = 200; // ms after the last key

export function combobox(many) {
  return ({ block, element, context, get, set }) => {
    let options = [];
    let active = -1;
    let timer = 0;
    const id = `list-${Math.random().toString(36).slice(2)}`;
    const list = h("ul", { role: "listbox", id, class: "combo-list", hidden: true });
    const chips = h("span", { class: "chips" });
    const input = h("input", {
      class: "field",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      id: context.field,
      "aria-expanded": "false",
      "aria-controls": id,
      "aria-autocomplete": "list",
      placeholder: element.placeholder ? plain(element.placeholder.text) : t("Choose…"),
      "aria-label": context.label ? null : element.placeholder?.text,
      "data-action-id": element.action_id,
    });
    const chosen = () => (many ? (get() ?? []) : [get()].filter(Boolean));
    const show = () => {
      if (!many) input.value = chosen()[0] ? plain(chosen()[0].text.text) : "";
      chips.replaceChildren(...(many ? chosen().map(chip) : []));
    };
    const chip = (option) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-label": t("Remove %(name)s", { name: option.text.text }),
          onclick: () => {
            set(chosen().filter((o) => o.value !== option.value));
            show();
          },
        },
        plain(option.text.text),
        " ×",
      );
    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (option) => {
      set(many ? [...chosen().filter((o) => o.value !== option.value), option] : option);
      if (many) input.value = "";
      close();
      show();
    };
    const draw = () => {
      const rows = options.map((option, n) =>
        h(
          "li",
          {
            role: "option",
            id: `${id}-${n}`,
            class: "combo-option",
            "aria-selected": String(n === active),
            onmousedown: (event) => {
              event.preventDefault();
              choose(option);
            },
          },
          plain(option.text.text),
        ),
      );
      list.replaceChildren(...(rows.length ? rows : [h("li", { class: "combo-none" }, t("Nothing found"))]));
      list.hidden = false;
      list.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-expanded", "true");
      if (active >= 0) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    };
    const load = async () => {
      if (input.value.length < (element.min_query_length ?? 3)) return close();
      options = await context.loadOptions(block, element, input.value);
      active = options.length ? 0 : -1;
      draw();
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(load, WAIT);
    });
    input.addEventListener("focus", () => (element.min_query_length ?? 3) === 0 && load());
    input.addEventListener("blur", () => {
      close();
      show();
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && options.length) {
        active = (active + step + options.length) % options.length;
        draw();
        event.preventDefault();
      }
      if (event.key === "Enter" && options[active]) {
        event.preventDefault();
        choose(options[active]);
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        close();
      }
    });
    show();
    return h("div", { class: "combo" }, chips, input, list);
  };
}

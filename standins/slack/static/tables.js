// table and data_table.

import { h } from "./dom.js";
import { richText } from "./rich.js";
import { language, t } from "./words.js";

const number = new Intl.NumberFormat(language);

function content(cell) {
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_number") return cell.text ?? number.format(cell.value);
  return cell.text;
}

function row(cells, tag, settings, header = -1) {
  return h(
    "tr",
    {},
    ...cells.map((cell, n) => {
      const side = settings[n]?.align ?? (cell.type === "raw_number" ? "right" : "left");
      const wrap = settings[n]?.is_wrapped ? " wrapped" : "";
      return h(
        n === header ? "th" : tag,
        { class: `align-${side}${wrap}`, scope: n === header ? "row" : tag === "th" ? "col" : null },
        content(cell),
      );
    }),
  );
}

export function table(block) {
  const [head, ...rest] = block.rows;
  const settings = block.column_settings ?? [];
  const body = rest.map((cells) => row(cells, "td", settings));
  return h(
    "div",
    { class: "table-scroll", tabindex: "0" },
    h("table", {}, h("thead", {}, row(head, "th", settings)), h("tbody", {}, ...body)),
  );
}

export function dataTable(block) {
  const [head, ...rest] = block.rows;
  const size = block.page_size ?? 10;
  const pages = Math.ceil(rest.length / size);
  const body = h("tbody");
  const where = h("span", {});
  const numeric = head.map((_, n) => ({
    align: rest.every((cells) => cells[n].type === "raw_number") ? "right" : "left",
  }));
  let page = 0;
  const show = () => {
    const shown = rest.slice(page * size, (page + 1) * size);
    body.replaceChildren(...shown.map((cells) => row(cells, "td", numeric, block.row_header_column_index ?? -1)));
    where.textContent = t("Page %(n)s of %(all)s", { n: page + 1, all: pages });
    back.disabled = page === 0;
    forward.disabled = page === pages - 1;
  };
  const turn = (step) => () => {
    page += step;
    show();
  };
  const back = h("button", { type: "button", class: "button", onclick: turn(-1) }, t("Back"));
  const forward = h("button", { type: "button", class: "button", onclick: turn(1) }, t("Next"));
  show();
  const caption = block.caption ? h("caption", {}, block.caption) : null;
  const grid = h(
    "div",
    { class: "table-scroll", tabindex: "0" },
    h("table", {}, caption, h("thead", {}, row(head, "th", numeric)), body),
  );
  return h("div", {}, grid, pages > 1 ? h("div", { class: "table-pages" }, back, where, forward) : null);
}

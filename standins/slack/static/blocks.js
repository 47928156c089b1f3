// Block Kit as DOM nodes. An unknown block becomes a conspicuous box.

import { chart } from "./chart.js";
import { h, icon, link } from "./dom.js";
import { element } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { enlarge } from "./overlays.js";
import { richText } from "./rich.js";
import { state } from "./state.js";
import { dataTable, table } from "./tables.js";
import { appText as t } from "./words.js";

export function blocks(list, context) {
  return h("div", { class: "blocks" }, ...list.map((block) => drawn(block, context)));
}

function drawn(block, context) {
  const draw = KINDS[block.type] ?? unknown;
  let node;
  try {
    node = draw(block, context);
  } catch (problem) {
    console.error("block", block.type, problem);
    node = unknown(block);
  }
  node.dataset.blockId = block.block_id ?? "";
  node.classList.add("block", `block-${block.type}`);
  return node;
}

const unknown = (block) =>
  h(
    "div",
    { class: "unknown-block", role: "alert" },
    h("strong", {}, t("This block can’t be shown: %(type)s", { type: block.type })),
    h("pre", {}, JSON.stringify(block, null, 1)),
  );

export function text(object, tag = "div") {
  if (!object) return null;
  if (object.type === "mrkdwn") return mrkdwn(object.text, object);
  return h(tag, { class: "plain" }, plain(object.text, object.emoji !== false));
}

function section(block, context) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(text(block.text));
  if (block.fields) body.append(h("div", { class: "fields" }, ...block.fields.map((one) => text(one))));
  const accessory =
    block.accessory &&
    (block.accessory.type === "image"
      ? picture(block.accessory, "accessory-image")
      : element(block, block.accessory, context));
  return h(
    "div",
    { class: accessory ? "with-accessory" : "" },
    body,
    accessory ? h("div", { class: "accessory" }, accessory) : null,
  );
}

function contextBlock(block) {
  return h(
    "div",
    {},
    ...block.elements.map((one) => (one.type === "image" ? picture(one, "context-image") : text(one, "span"))),
  );
}

const actions = (block, context) => h("div", {}, ...block.elements.map((one) => element(block, one, context)));

/** Where the bytes of an image are: an address, or a file of this workspace. */
function source(image) {
  if (image.image_url) return image.image_url;
  return image.slack_file?.url ?? `/files-pri/${state.team.id}-${image.slack_file.id}/picture`;
}

export function picture(image, className) {
  const src = source(image);
  const title = image.title?.text;
  const img = h("img", { src, alt: image.alt_text, loading: "lazy", "data-file": image.slack_file?.id });
  img.addEventListener("error", () =>
    img.replaceWith(h("span", { class: "missing-picture" }, icon("file"), image.alt_text || t("Picture"))),
  );
  if (className) return h("span", { class: className, title: image.alt_text }, img);
  const opener = h(
    "button",
    {
      type: "button",
      class: "picture",
      "aria-label": t("Enlarge: %(name)s", { name: image.alt_text }),
      onclick: () => enlarge(src, image.alt_text, title),
    },
    img,
  );
  return h("figure", {}, title ? h("figcaption", {}, plain(title)) : null, opener);
}

function input(block, context) {
  const id = `field-${block.block_id}`;
  const isField = /input$|^date|^time|^external/.test(block.element.type);
  const name = [
    plain(block.label.text),
    block.optional ? h("span", { class: "optional" }, ` (${t("optional")})`) : null,
  ];
  const label = isField
    ? h("label", { id: `${id}-label`, for: id, class: "label" }, name)
    : h("div", { id: `${id}-label`, class: "label" }, name);
  const inside = { ...context, quiet: true, label: `${id}-label`, field: id };
  const hint = block.hint ? h("p", { class: "hint" }, plain(block.hint.text)) : null;
  const error = h("p", { class: "field-error", role: "alert", id: `${id}-error`, hidden: true });
  return h("div", {}, label, element(block, block.element, inside), error, hint);
}

function container(block, context) {
  const head = [text(block.title), block.subtitle ? text(block.subtitle) : null];
  const children = blocks(block.child_blocks, context);
  if (!block.is_collapsible) return h("section", {}, h("header", {}, ...head), children);
  return h("details", { open: !block.default_collapsed }, h("summary", {}, ...head), children);
}

function card(block, context) {
  const hero = block.hero_image ? picture(block.hero_image, "card-hero") : null;
  const buttons = (block.actions ?? []).map((one) => element(block, one, context));
  return h(
    "div",
    {},
    hero,
    text(block.title),
    text(block.subtitle),
    text(block.body),
    h("div", { class: "block-actions" }, ...buttons),
    text(block.subtext),
  );
}

const MARKS = { pending: "○", in_progress: "◐", complete: "●", error: "✕" };
const task = (one) =>
  h(
    "div",
    { class: `task task-${one.status ?? "pending"}` },
    h("span", { class: "task-mark", "aria-hidden": "true" }, MARKS[one.status ?? "pending"]),
    h(
      "div",
      {},
      one.title,
      one.details ? richText(one.details) : null,
      one.output ? richText(one.output) : null,
      ...(one.sources ?? []).map((s) => h("div", {}, link(s.url, s.text))),
    ),
  );

const KINDS = {
  section,
  context: contextBlock,
  actions,
  context_actions: actions,
  input,
  table,
  container,
  card,
  header: (block) => h("h3", {}, plain(block.text.text)),
  divider: () => h("hr"),
  image: (block) => picture(block),
  markdown: (block) => markdown(block.text),
  rich_text: richText,
  data_table: dataTable,
  data_visualization: chart,
  carousel: (block, context) => h("div", {}, ...block.elements.map((one) => drawn({ ...one, type: "card" }, context))),
  alert: (block) => h("div", { role: "note", class: `level-${block.level ?? "default"}` }, text(block.text)),
  task_card: task,
  plan: (block) => h("div", {}, h("strong", {}, block.title), ...(block.tasks ?? []).map(task)),
  video: (block) =>
    h(
      "div",
      {},
      link(
        block.title_url ?? block.video_url,
        h("img", { src: block.thumbnail_url, alt: block.alt_text }),
        plain(block.title.text),
      ),
    ),
  file: (block) => h("div", {}, icon("file"), block.external_id),
};

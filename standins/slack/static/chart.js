// data_visualization: bars and areas stacked, lines, pies; drawn at the width there is.

import { h, s } from "./dom.js";
import { language, t, translations } from "./words.js";

const HEIGHT = 240;
const MARGIN = { top: 12, right: 12, bottom: 40, left: 66 };
const number = new Intl.NumberFormat(language);

export function chart(block) {
  const { type } = block.chart;
  const series =
    type === "pie" ? block.chart.segments.map((s) => ({ name: s.label, value: s.value })) : block.chart.series;
  const canvas = h("div", { class: "chart-canvas" });
  const draw = type === "pie" ? drawPie : drawAxes;
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(Math.min(entry.contentRect.width, 680));
    if (width <= 40 || Math.abs(width - drawn) <= 1) return;
    drawn = width;
    canvas.replaceChildren(draw(block, width));
  }).observe(canvas);
  const title = h("figcaption", { class: "chart-title" }, block.title);
  return h(
    "figure",
    { class: `chart chart-${type}` },
    title,
    canvas,
    series.length > 1 || type === "pie" ? legend(series) : null,
    hiddenTable(block),
  );
}

// Slack colours a series by its place. Here the signals of the app that the workspace is made for keep their colours,
// in whatever language their names are, and everything else goes by its place behind them.
const SIGNALS = ["rage clicks", "dead clicks", "error clicks"];

function colour(name, place) {
  const own = SIGNALS.findIndex(
    (signal) => name === signal || Object.values(translations).some((texts) => texts[signal] === name),
  );
  return `colour-${own < 0 ? (SIGNALS.length + place) % 12 : own}`;
}

function legend(series) {
  const items = series.map((one, n) => h("li", {}, h("span", { class: `swatch ${colour(one.name, n)}` }), one.name));
  return h("ul", { class: "legend", "aria-hidden": "true" }, ...items);
}

/** The numbers, for screen readers. */
function hiddenTable(block) {
  const c = block.chart;
  const rows =
    c.type === "pie"
      ? c.segments.map((one) => [one.label, one.value])
      : c.axis_config.categories.map((label) => [label, ...c.series.map((one) => valueAt(one, label))]);
  const head = c.type === "pie" ? [] : ["", ...c.series.map((one) => one.name)];
  const cell = (tag) => (text) => (text === "" ? h("td") : h(tag, tag === "th" ? { scope: "col" } : {}, String(text)));
  const row = (tag) => (cells) => h("tr", {}, ...cells.map(cell(tag)));
  const table = h(
    "table",
    {},
    h("caption", {}, block.title),
    head.length ? row("th")(head) : null,
    ...rows.map(row("td")),
  );
  return h("div", { class: "visually-hidden" }, table);
}

const valueAt = (series, label) => series.data.find((point) => point.label === label)?.value ?? 0;

function drawAxes(block, width) {
  const { type, series, axis_config: axis } = block.chart;
  const table = axis.categories.map((label) => series.map((one) => valueAt(one, label)));
  const stacked = type !== "line";
  const tops = table.map((values) => (stacked ? values.reduce((a, b) => a + Math.max(b, 0), 0) : Math.max(...values)));
  const lows = table.map((values) => Math.min(0, ...values));
  const ticks = niceTicks(Math.min(...lows), Math.max(...tops, 0), table.flat().every(Number.isInteger));
  const inner = { w: width - MARGIN.left - MARGIN.right, h: HEIGHT - MARGIN.top - MARGIN.bottom };
  const scale = (value) => MARGIN.top + inner.h * (1 - (value - ticks[0]) / (ticks.at(-1) - ticks[0]));
  const step = inner.w / axis.categories.length;
  const centre = (n) => MARGIN.left + step * (n + 0.5);
  const frame = { axis, ticks, scale, step, centre, width, table, series, low: scale(Math.max(ticks[0], 0)) };
  const picture = s("svg", {
    class: "chart-svg",
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: "img",
    "aria-label": block.title,
  });
  picture.append(...grid(frame), ...{ bar: bars, line: lines, area: areas }[type](frame), ...hovers(frame));
  return picture;
}

/** Up to six round steps that hold low and high; whole ones where everything that is counted is whole. */
function niceTicks(low, high, whole) {
  const span = Math.max(high - low, whole ? 1 : 1e-9);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 2.5, 5, 10, 20, 50]
    .map((f) => f * power)
    .find((candidate) => candidate >= rough && (!whole || Number.isInteger(candidate)));
  const first = Math.floor(low / size) * size;
  const count = Math.max(1, Math.ceil((high - first) / size));
  return Array.from({ length: count + 1 }, (_, n) => Number((first + n * size).toPrecision(12)));
}

function grid({ axis, ticks, scale, step, centre, width }) {
  const rows = ticks.flatMap((tick) => [
    s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: scale(tick), y2: scale(tick) }),
    s("text", { class: "axis-tick", x: MARGIN.left - 8, y: scale(tick) + 4, "text-anchor": "end" }, short(tick)),
  ]);
  const room = Math.max(...axis.categories.map((label) => textWidth(label))) + 8;
  const every = Math.ceil(room / step);
  const labels = axis.categories.map((label, n) => {
    const x = Math.min(centre(n), width - textWidth(label) / 2);
    // One that would hang over the edge moves in, or is left out where it would touch the one before.
    if (n % every || (n && centre(n) - x > every * step - room)) return null;
    return s("text", { class: "axis-tick", x, y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" }, label);
  });
  const names = [
    axis.x_label &&
      s("text", { class: "axis-name", x: width / 2, y: HEIGHT - 4, "text-anchor": "middle" }, axis.x_label),
    axis.y_label &&
      s(
        "text",
        {
          class: "axis-name",
          x: 10,
          y: HEIGHT / 2 - 12,
          transform: `rotate(-90 10 ${HEIGHT / 2 - 12})`,
          "text-anchor": "middle",
        },
        axis.y_label,
      ),
  ];
  return [...rows, ...labels, ...names].filter(Boolean);
}

const textWidth = (text) => [...text].reduce((sum, letter) => sum + (letter > "⺀" ? 12 : 6.5), 0);
const short = (value) =>
  new Intl.NumberFormat(language, { notation: Math.abs(value) >= 10_000 ? "compact" : "standard" }).format(value);

function bars({ table, series, scale, step, centre, low }) {
  const width = Math.min(step * 0.62, 56);
  return table.flatMap((values, n) => {
    let sum = 0;
    return values.map((value, k) => {
      const [from, to] = value < 0 ? [0, value] : [sum, sum + value];
      sum += Math.max(value, 0);
      const y = Math.min(scale(from), scale(to));
      const height = Math.max(Math.abs(scale(from) - scale(to)), value ? 1 : 0);
      return s("rect", {
        class: `mark ${colour(series[k].name, k)}`,
        x: centre(n) - width / 2,
        y: value ? y : low,
        width,
        height,
        rx: 2,
      });
    });
  });
}

function lines({ table, series, scale, centre }) {
  return series.flatMap((_, k) => [
    s("polyline", {
      class: `stroke ${colour(series[k].name, k)}`,
      points: table.map((values, n) => `${centre(n)},${scale(values[k])}`).join(" "),
    }),
    ...table.map((values, n) =>
      s("circle", { class: `mark ${colour(series[k].name, k)}`, cx: centre(n), cy: scale(values[k]), r: 3.5 }),
    ),
  ]);
}

function areas({ table, series, scale, centre }) {
  const sums = table.map(() => 0);
  return series.map((_, k) => {
    const below = table.map((_, n) => `${centre(n)},${scale(sums[n])}`);
    table.forEach((values, n) => {
      sums[n] += Math.max(values[k], 0);
    });
    const above = table.map((_, n) => `${centre(n)},${scale(sums[n])}`);
    return s("polygon", {
      class: `area ${colour(series[k].name, k)}`,
      points: [...above, ...below.reverse()].join(" "),
    });
  });
}

/** One wide, invisible column for each category, with all its numbers as the title. */
function hovers({ axis, series, table, step }) {
  return axis.categories.map((label, n) => {
    const text = [label, ...series.map((one, k) => `${one.name}: ${number.format(table[n][k])}`)].join("\n");
    const box = { x: MARGIN.left + step * n, y: MARGIN.top, width: step, height: HEIGHT - MARGIN.top - MARGIN.bottom };
    return s("rect", { class: "hover", ...box }, s("title", {}, text));
  });
}

function drawPie(block, width) {
  const { segments } = block.chart;
  const total = segments.reduce((sum, one) => sum + one.value, 0);
  const size = Math.min(width, 220);
  const picture = s("svg", {
    class: "chart-svg chart-round",
    viewBox: "-110 -110 220 220",
    width: size,
    role: "img",
    "aria-label": block.title,
  });
  let angle = -Math.PI / 2;
  segments.forEach((one, n) => {
    const to = angle + (2 * Math.PI * one.value) / total;
    const title = s(
      "title",
      {},
      `${one.label}: ${number.format(one.value)} (${t("%(share)s %", { share: Math.round((100 * one.value) / total) })})`,
    );
    picture.append(s("path", { class: `slice ${colour(one.label, n)}`, d: slice(angle, to) }, title));
    angle = to;
  });
  return picture;
}

function slice(from, to) {
  const [R, r] = [100, 58];
  const end = Math.min(to, from + 2 * Math.PI - 1e-4);
  const at = (radius, angle) => `${radius * Math.cos(angle)} ${radius * Math.sin(angle)}`;
  const large = end - from > Math.PI ? 1 : 0;
  return `M ${at(R, from)} A ${R} ${R} 0 ${large} 1 ${at(R, end)} L ${at(r, end)} A ${r} ${r} 0 ${large} 0 ${at(r, from)} Z`;
}

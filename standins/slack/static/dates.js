// <!date^1392734382^Posted {date_num} {time_secs}^https://link|fallback>

import { h, link } from "./dom.js";
import { dayKey, formatted } from "./state.js";
import { appLocale, appText, t } from "./words.js";

const STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hour12: false },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false },
};

export function slackDate(content, fallback) {
  const [seconds, format, url] = content.split("^");
  if (!/^\d{1,10}$/.test(seconds) || !format) return fallback ?? "";
  const date = new Date(Number(seconds) * 1000);
  const text = format.replace(/\{(\w+)\}/g, (match, name) => part(date, name) ?? match);
  const shown = h("time", { datetime: date.toISOString(), title: date.toISOString() }, text);
  return url ? link(url, shown) : shown;
}

export function part(date, name) {
  if (name === "ago") return ago(date);
  const pretty = name.endsWith("_pretty");
  const style = STYLES[pretty ? name.slice(0, -"_pretty".length) : name];
  if (!style) return null;
  return (pretty && relativeDay(date, appText)) || formatted(date, style);
}

export function relativeDay(date, said = t) {
  const days = { [dayKey(new Date())]: said("Today"), [dayKey(new Date(Date.now() - 86_400_000))]: said("Yesterday") };
  return days[dayKey(date)] ?? null;
}

function ago(date) {
  const minutes = Math.round((Date.now() - date) / 60_000);
  const units = [
    ["day", 1440],
    ["hour", 60],
    ["minute", 1],
  ];
  const [unit, size] = units.find(([, length]) => Math.abs(minutes) >= length) ?? units[2];
  return new Intl.RelativeTimeFormat(appLocale()).format(-Math.round(minutes / size), unit);
}

// A list of messages, grouped by author and divided by days. Rows that stay the same are kept, so that nothing blinks.

import { relativeDay } from "./dates.js";
import { h, icon, place, whenReleased } from "./dom.js";
import { keptFocus } from "./focus.js";
import { message } from "./message.js";
import { dateOf, dayKey, dayName, state } from "./state.js";
import { t } from "./words.js";

const TOGETHER = 5 * 60; // seconds between messages that share one head
const NEAR = 120; // pixels from the end that count as the end

export class Timeline {
  constructor(list, scroller, { inThread = false, go }) {
    Object.assign(this, { list, scroller, inThread, go, rows: new Map(), marks: new Map() });
    // Pictures and charts grow after they are placed; a list that was at its end stays there.
    this.atEnd = true;
    this.top = this.last = 0;
    this.newer = h(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: () => this.follow() },
      icon("down"),
      t("New messages"),
    );
    scroller.after(h("div", { class: "newer-place" }, this.newer));
    scroller.addEventListener("scroll", () => this.scrolled());
    const sizes = new ResizeObserver(() => this.stay());
    for (const one of [list, scroller]) sizes.observe(one);
  }

  clear() {
    whenReleased(this.list, () => {}); // what waits to be drawn was of another place
    this.rows.clear();
    this.atEnd = true;
    this.newer.hidden = true;
    this.list.replaceChildren();
  }

  draw(messages, channel, more = {}) {
    whenReleased(this.list, () => this.drawNow(messages, channel, more));
  }

  drawNow(messages, channel, { newAt = null, intro = null }) {
    const refocus = [];
    const nodes = intro ? [intro] : [];
    const known = this.rows.size;
    const seen = new Set();
    let before = null;
    for (const one of [...messages].sort((a, b) => (a.ts < b.ts ? -1 : 1))) {
      const day = dayKey(dateOf(one.ts));
      const sameDay = before && dayKey(dateOf(before.ts)) === day;
      if (!sameDay && !this.inThread)
        nodes.push(this.divider(`day ${day}`, relativeDay(dateOf(one.ts)) ?? dayName(dateOf(one.ts))));
      const isNew = one.ts === newAt;
      if (isNew) nodes.push(this.divider("new", t("New"), "divider-new"));
      const afterParent = this.inThread && seen.size === 1;
      nodes.push(this.row(one, channel, sameDay && !isNew && !afterParent && together(before, one), refocus));
      seen.add(one.ts);
      if (this.inThread && before === null) nodes.push(this.divider("replies", t("Replies")));
      before = one;
    }
    for (const ts of this.rows.keys()) if (!seen.has(ts)) this.rows.delete(ts);
    const came = known > 0 && this.rows.size > known;
    this.scrolled();
    place(this.list, nodes);
    for (const focus of refocus) focus();
    if (this.atEnd) this.toEnd();
    else if (came) this.newer.hidden = false;
  }

  row(one, channel, grouped, refocus) {
    const print = JSON.stringify([one, grouped, state.me]);
    const known = this.rows.get(one.ts);
    if (known?.print === print) return known.node;
    const node = message(one, channel, { grouped, inThread: this.inThread, go: this.go });
    refocus.push(keptFocus(known?.node, node));
    this.rows.set(one.ts, { print, node });
    return node;
  }

  divider(key, text, extra = "") {
    const print = key + text;
    if (!this.marks.has(print))
      this.marks.set(print, h("div", { class: `divider ${extra}`, role: "separator" }, h("span", {}, text)));
    return this.marks.get(print);
  }

  /** What grew may be larger before the event comes that tells of somebody's scrolling: that counts first. */
  stay() {
    this.scrolled();
    if (this.atEnd) this.toEnd();
  }

  /** Only a person scrolls up, and moves what is last down: where what is above it gets lower, as in a wider window, a
   *  browser scrolls up too, so that everything in view stays where it is. */
  scrolled() {
    const { scrollTop } = this.scroller;
    const last = this.lastTop();
    if (this.isAtEnd()) {
      this.atEnd = true;
      this.newer.hidden = true;
    } else if (scrollTop < this.top - 1 && last > this.last + 1) this.atEnd = false;
    this.top = scrollTop;
    this.last = last;
  }

  /** How far below the top of the view the last message begins. */
  lastTop() {
    const last = this.list.lastElementChild;
    return last ? last.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top : 0;
  }

  isAtEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
  }

  /** The end, or the top of a last message that has no room: what grows at its foot pushes nothing out of sight. */
  toEnd() {
    const { scroller, list } = this;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const top = list.lastElementChild ? this.lastTop() + scroller.scrollTop : end;
    this.top = Math.max(scroller.scrollTop, Math.min(end, top));
    scroller.scrollTop = this.top;
    this.last = this.lastTop();
  }

  /** From now on what comes last is shown, as after something was sent. */
  follow() {
    this.atEnd = true;
    this.newer.hidden = true;
    this.toEnd();
  }
}

function together(before, one) {
  const plain = !one.is_ephemeral && !before.is_ephemeral && !one.pinned_to && one.subtype !== "tombstone";
  return plain && before.user === one.user && one.ts - before.ts < TOGETHER;
}

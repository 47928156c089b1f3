// Tells where the label of what is pressed stands, so that nothing is drawn over it.
(() => {
  const FULL = 2,
    CHANGE = 3,
    META = 4,
    INTERACTION = 2;
  const FIRST_ID = 1; // nodes of a page are numbered from here; a checkout of the same page goes on
  const PRESSES = [1, 2, 7]; // mouse down, click, touch start
  const AHEAD_MS = 1_000; // a pointer that comes to a label stays beside it, too
  const MANY = 40; // texts of an element beyond which it is no label
  const BROAD = 0.6,
    TALL = 0.25; // of the page: larger texts are paragraphs, of which a line counts
  const SMALL = 60; // px of an icon or a picture that is a label by itself
  const CONTROLS =
    "a,button,label,summary,option,select,input,textarea,[role=button],[role=link],[role=tab],[role=menuitem]," +
    "[role=option],[role=checkbox],[role=radio],[role=switch]";
  const FIELDS = /^(input|select|textarea)$/i;

  const edges = (element) => Element.prototype.getBoundingClientRect.call(element); // a field may have its name

  // What brings a rectangle of a document into px of the picture; null where the document is not shown.
  function projection(document, outermost) {
    const steps = [];
    for (let inner = document; ; ) {
      const frame = inner.defaultView?.frameElement;
      if (!frame) return null;
      const { left, top, width } = edges(frame);
      const scale = width / frame.offsetWidth || 1;
      steps.push([scale, left + frame.clientLeft * scale, top + frame.clientTop * scale]);
      if (frame === outermost) break;
      inner = frame.ownerDocument;
    }
    const place = (x, y) => steps.reduce(([x, y], [scale, left, top]) => [x * scale + left, y * scale + top], [x, y]);
    return ({ left, top, right, bottom }) => [...place(left, top), ...place(right, bottom)];
  }

  function* texts(element) {
    const document = element.ownerDocument;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let count = 0; count < MANY && walker.nextNode(); ) {
      const parent = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !parent?.checkVisibility({ visibilityProperty: true })) continue;
      const { width, height } = edges(parent);
      if (parent !== element && (width <= 1 || height <= 1)) continue; // for screen readers only
      count++;
      range.selectNodeContents(walker.currentNode);
      for (const rect of range.getClientRects()) if (rect.width > 1 && rect.height > 1) yield rect;
    }
  }

  function union(rects) {
    return rects.reduce((one, other) => ({
      left: Math.min(one.left, other.left),
      top: Math.min(one.top, other.top),
      right: Math.max(one.right, other.right),
      bottom: Math.max(one.bottom, other.bottom),
    }));
  }

  const distance = ({ left, top, right, bottom }, { x, y }) =>
    Math.max(left - x, x - right, 0) + Math.max(top - y, y - bottom, 0);

  function fits({ left, top, right, bottom }, { innerWidth, innerHeight }) {
    return right - left <= BROAD * innerWidth && bottom - top <= TALL * innerHeight;
  }

  // What can be read on a control: its text or, where that is long, the line under the pointer; what it is called; a
  // small picture.
  function labelOf(control, press) {
    const box = edges(control);
    const named = [...(control.labels ?? [])].flatMap((label) => [...texts(label)]);
    const rects = [...(FIELDS.test(control.tagName) ? [box] : texts(control)), ...named];
    if (!rects.length) return box.width <= SMALL && box.height <= SMALL ? box : null;
    const all = union(rects);
    if (fits(all, control.ownerDocument.defaultView)) return all;
    const line = rects.reduce((one, other) => (distance(other, press) < distance(one, press) ? other : one));
    return union(rects.filter(({ top, bottom }) => top + bottom > 2 * line.top && top + bottom < 2 * line.bottom));
  }

  // When a page begins, in ms from the first event: with another address, or with its nodes numbered anew.
  function pageStarts(events) {
    const starts = [];
    let [address, before] = ["", null];
    for (const { type, data, timestamp } of events) {
      if (type === META) address = data.href;
      if (type !== FULL) continue;
      if (address !== before || data.node?.id === FIRST_ID) starts.push(timestamp - events[0].timestamp);
      before = address;
    }
    return starts;
  }

  globalThis.Labels = class {
    #player;
    #pages;
    #presses;
    #past = 0; // presses before this one are over

    constructor(player, events) {
      this.#player = player;
      this.#pages = pageStarts(events);
      this.#presses = events
        .filter(({ type, data }) => type === CHANGE && data.source === INTERACTION && PRESSES.includes(data.type))
        .map(({ timestamp, data: { id, x, y } }) => ({ at: timestamp - events[0].timestamp, id, x, y }));
    }

    // A pointer with the box of what was pressed last, its label, and both of what is pressed next; px of the picture.
    beside(pointer, now) {
      if (!pointer) return pointer;
      while (this.#presses[this.#past]?.at <= now) this.#past++;
      const last = this.#onPage(this.#presses[this.#past - 1], now),
        next = this.#onPage(this.#presses[this.#past], now);
      const nothing = [null, null];
      const coming = next && next.at - now <= AHEAD_MS;
      return [...pointer, ...(this.#measured(last) ?? nothing), ...((coming && this.#measured(next)) || nothing)];
    }

    // A press, if it is one on the page that is shown: on another one its number is that of another element.
    #onPage(press, now) {
      const [from, to] = [Math.min(press?.at, now), Math.max(press?.at, now)];
      return this.#pages.some((at) => at > from && at <= to) ? null : press;
    }

    // Null also for a page that can't be measured, such as a form whose fields have the names of methods.
    #measured(press) {
      try {
        return this.#boxes(press);
      } catch {
        return null;
      }
    }

    #boxes(press) {
      const node = press && this.#player.getMirror().getNode(press.id);
      const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
      if (!element?.isConnected || !element.closest || /^(html|body)$/i.test(element.tagName)) return null;
      const project = projection(element.ownerDocument, this.#player.iframe);
      if (!project) return null;
      const around = element.closest(CONTROLS);
      const control = around && fits(edges(around), element.ownerDocument.defaultView) ? around : element;
      const label = labelOf(control, press);
      return [project(edges(control)), label && project(label)];
    }
  };
})();

// Where texts and boxes stand on the replayed page, in px of its viewport: [left, top, width, height].
// A recorded page may name its fields like properties of a form or a document, so all are read by their own getters.
(() => {
  const ELEMENT = 1,
    TEXT = 3,
    FRAGMENT = 11;
  const MOST = 20_000; // nodes looked at in one go
  const UNSEEN = /^(script|style|noscript|template|option|title)$/i;
  const BOXES = /^(button|input|select|textarea|img|video|canvas)$/i; // not to be cut, whatever is in them
  const WORDS = /\p{L}.*\p{L}/su;
  const SEEN = { opacityProperty: true, visibilityProperty: true };

  const getter = (kind, name) => {
    const { get } = Object.getOwnPropertyDescriptor(kind.prototype, name);
    return (node) => get.call(node);
  };
  const [typeOf, parentOf, lastOf, beforeOf] = ["nodeType", "parentNode", "lastChild", "previousSibling"].map((name) =>
    getter(Node, name),
  );
  const [documentOf, connected] = [getter(Node, "ownerDocument"), getter(Node, "isConnected")];
  const [nameOf, shadowOf] = [getter(Element, "localName"), getter(Element, "shadowRoot")];
  const [leftOf, topOf] = [getter(Element, "clientLeft"), getter(Element, "clientTop")];
  const [hostOf, windowOf] = [getter(ShadowRoot, "host"), getter(Document, "defaultView")];
  const insideOf = getter(HTMLIFrameElement, "contentDocument");
  const dataOf = getter(CharacterData, "data");
  const call = (kind, name) => (node, value) => kind.prototype[name].call(node, value);
  const [edgesOf, isSeen] = [call(Element, "getBoundingClientRect"), call(Element, "checkVisibility")];
  const boxed = ({ left, top, width, height }) => [left, top, width, height];

  function common([x, y, width, height], [x1, y1, width1, height1]) {
    const [left, top] = [Math.max(x, x1), Math.max(y, y1)];
    return [left, top, Math.min(x + width, x1 + width1) - left, Math.min(y + height, y1 + height1) - top];
  }

  // An element with what is around it, out of shadow roots; null above a document's root.
  function elementAbove(node) {
    const parent = parentOf(node);
    if (!parent) return null;
    if (typeOf(parent) === ELEMENT) return parent;
    return typeOf(parent) === FRAGMENT && connected(parent) ? hostOf(parent) : null;
  }

  globalThis.PageTexts = class {
    #player;
    #range = new Range();
    #clips = new Map(); // element -> the part of the viewport in which what it holds can be seen

    constructor(player) {
      this.#player = player;
    }

    get page() {
      return this.#player.iframe.contentDocument;
    }

    // To be called before looking at a page that may have changed.
    refresh() {
      this.#clips.clear();
    }

    // A node and all in it, also in shadow roots and frames.
    *nodes(root) {
      const waiting = [root];
      for (let count = 0; waiting.length && count < MOST; count++) {
        const node = waiting.pop();
        yield node;
        if (typeOf(node) === ELEMENT) {
          if (UNSEEN.test(nameOf(node))) continue;
          const shadow = shadowOf(node),
            frame = nameOf(node) === "iframe" ? insideOf(node) : null;
          if (shadow) waiting.push(shadow);
          if (frame) waiting.push(frame);
        }
        for (let child = lastOf(node); child; child = beforeOf(child)) waiting.push(child);
      }
    }

    // The text nodes in `root` that say something and are not hidden: [node, text].
    *written(root) {
      if (!connected(root)) return;
      for (const node of this.nodes(root)) {
        if (typeOf(node) !== TEXT) continue;
        const holder = elementAbove(node),
          text = dataOf(node).trim();
        if (holder && WORDS.test(text) && isSeen(holder, SEEN)) yield [node, text];
      }
    }

    // What can be seen of an element, or of the lines of a text, on the screen; boxes of nothing are left out.
    seen(node) {
      if (!connected(node)) return [];
      const isText = typeOf(node) === TEXT,
        holder = isText ? elementAbove(node) : node;
      if (!holder || !isSeen(holder, SEEN)) return [];
      if (isText) this.#range.selectNodeContents(node);
      const boxes = isText ? [...this.#range.getClientRects()] : [edgesOf(node)];
      const [x, y] = this.#offset(documentOf(node));
      const clip = this.#clip(holder);
      return boxes
        .map(boxed)
        .map(([left, top, width, height]) => common([left + x, top + y, width, height], clip))
        .filter(([, , width, height]) => width >= 2 && height >= 2);
    }

    // Whether an element is on the page but scrolled out of sight.
    isElsewhere(node) {
      if (!connected(node) || typeOf(node) !== ELEMENT || !isSeen(node, SEEN)) return false;
      const { width, height } = edgesOf(node);
      return width >= 2 && height >= 2;
    }

    text(node) {
      return dataOf(node).trim();
    }

    // All that a view should not cut: [box, weight].
    *pieces() {
      let count = 0;
      for (const node of this.nodes(this.page)) {
        const isText = typeOf(node) === TEXT && dataOf(node).trim();
        if (!isText && !(typeOf(node) === ELEMENT && BOXES.test(nameOf(node)))) continue;
        const weight = isText ? Math.min(Math.max(this.#size(node) / 14, 0.7), 3) : 1;
        for (const box of this.seen(node)) {
          if (++count > 600) return;
          yield [box, weight];
        }
      }
    }

    // Where (x, y) of a node's own frame is on the page.
    placed(node, x, y) {
      const [left, top] = node ? this.#offset(documentOf(node)) : [0, 0];
      return [x + left, y + top];
    }

    contains(outer, node) {
      for (let at = node; at; at = elementAbove(at)) if (at === outer) return true;
      return false;
    }

    // Whether a page says that this is a message: by its role, or by what it calls it.
    announced(node, pattern) {
      for (let at = elementAbove(node), steps = 0; at && steps < 6; at = elementAbove(at), steps++) {
        const attributes = ["role", "aria-live", "class", "id"].map((name) =>
          Element.prototype.getAttribute.call(at, name),
        );
        if (nameOf(at) === "dialog" || pattern.test(attributes.join(" "))) return true;
      }
      return false;
    }

    #size(node) {
      const holder = elementAbove(node);
      return holder ? Number.parseFloat(getComputedStyle(holder).fontSize) || 14 : 14;
    }

    // How far a document's corner is from that of the page.
    #offset(document) {
      let [x, y] = [0, 0];
      for (let at = document; at && at !== this.page; ) {
        const frame = windowOf(at)?.frameElement;
        if (!frame) break;
        const { left, top } = edgesOf(frame);
        [x, y] = [x + left + leftOf(frame), y + top + topOf(frame)];
        at = documentOf(frame);
      }
      return [x, y];
    }

    #clip(element) {
      const { innerWidth, innerHeight } = this.#player.iframe.contentWindow;
      if (!element) return [0, 0, innerWidth, innerHeight];
      const known = this.#clips.get(element);
      if (known) return known;
      const { position, overflowX, overflowY } = getComputedStyle(element);
      let above = position === "fixed" ? null : elementAbove(element);
      while (position === "absolute" && above && getComputedStyle(above).position === "static")
        above = elementAbove(above);
      if (!above && documentOf(element) !== this.page) above = windowOf(documentOf(element))?.frameElement ?? null;
      let clip = this.#clip(above);
      if ((overflowX !== "visible" || overflowY !== "visible") && !/^(html|body)$/.test(nameOf(element))) {
        const { left, top, width, height } = edgesOf(element);
        const [x, y] = this.#offset(documentOf(element));
        clip = common([left + x, top + y, width, height], clip);
      }
      this.#clips.set(element, clip);
      return clip;
    }
  };
})();

// The replayer, corrected where it shows a page otherwise than it was.
(() => {
  const FULL = 2,
    CHANGE = 3,
    INTERACTION = 2,
    CUSTOM_ELEMENT = 16;
  const FOCUS = 5,
    PRESSES = [0, 1, 2, 7, 9]; // mouse up, mouse down, click, touch start, touch end
  const TEXT_FIELDS =
    "textarea,input:not(:is([type=checkbox],[type=radio],[type=button],[type=submit],[type=reset],[type=image]," +
    "[type=file],[type=range],[type=color]))";
  const BY_PRESS_MS = 100; // focus that comes so soon after a press comes of it
  const HTML = "http://www.w3.org/1999/xhtml",
    MATHML = "http://www.w3.org/1998/Math/MathML";
  // Elements of MathML that hold text, and may hold HTML.
  const MATH_TEXT = /^(mi|mo|mn|ms|mtext)$/,
    MATH_NAME = /^(math|m[a-z]+|semantics|annotation|annotation-xml|none)$/;
  const RULES = [
    "*{caret-color:transparent!important}",
    "canvas{display:inline-block}", // without scripts it would show what it holds, and have no size
    "video:not([controls])::-webkit-media-controls{display:none!important}", // without scripts it always shows them
  ];
  const NO_SCRIPT = "noscript{display:none!important}"; // what scripts are built as, too

  globalThis.PageReplayer = class extends globalThis.ResilientReplayer {
    wanted = new Map(); // id of what scrolls -> where it was, while it could not be scrolled there
    unadopted = []; // events with style sheets for what is not there yet
    shadowRoots = new Set();
    maths = new Set(); // built as HTML
    sheets = new WeakMap(); // document -> our rules for its shadow roots
    pressed = -Infinity; // when a button or a finger was pressed or lifted last

    // `marked`: the recorder says of each custom element whether it was defined.
    constructor(events, config, marked) {
      const built = { onBuild: (node, { id }) => this.onBuild(node, id) };
      const plugins = [built, ...(config.plugins ?? [])];
      super(events, { ...config, triggerFocus: false, insertStyleRules: RULES, plugins });
      for (const { type, data } of events)
        if (type === FULL) data.initialOffset = { ...data.initialOffset, behavior: "instant" };
      this.marked = marked;
      this.popovers = new globalThis.Popovers(this);
      this.on("event-cast", ({ type, data }) => {
        if (type === CHANGE && data.source === CUSTOM_ELEMENT) this.define(data.define?.name);
      });
    }

    rebuildFullSnapshot(event, isSync) {
      for (const kept of [this.wanted, this.shadowRoots, this.maths]) kept.clear();
      this.unadopted = [];
      this.popovers.forget();
      super.rebuildFullSnapshot(event, isSync);
      this.settle();
      const { left = 0, top = 0 } = event.data.initialOffset ?? {};
      if (left || top) this.wanted.set(event.data.node.id, { id: event.data.node.id, x: left, y: top });
    }

    onBuild(node, id) {
      if (node.nodeType !== Node.ELEMENT_NODE) return;
      const { rr_scrollLeft: x, rr_scrollTop: y } = this.mirror.getMeta(node)?.attributes ?? {};
      if (x || y) this.wanted.set(id, { id, x: x || 0, y: y || 0 });
      for (const root of [node.shadowRoot, node.parentNode])
        if (root?.nodeType === Node.DOCUMENT_FRAGMENT_NODE && root.host) this.shadowRoots.add(root);
      if (node.namespaceURI !== HTML) return;
      if (!this.marked && node.localName.includes("-")) this.define(node.localName, node.ownerDocument.defaultView);
      if (node.localName === "math" || node.parentNode?.namespaceURI === MATHML) this.maths.add(node);
    }

    // Puts right what can be put right only when all that a step changes is there. Says whether the page looks different.
    settle() {
      this.adoptLate();
      for (const root of this.shadowRoots) this.styleShadow(root);
      for (const node of this.maths) this.asMath(node);
      this.maths.clear();
      this.popovers.settle();
      const waiting = [...this.wanted.values()];
      const opened = this.popovers.changed;
      this.popovers.changed = false;
      return waiting.filter((scroll) => this.applyScroll(scroll)).length > 0 || opened;
    }

    // A recorded scroll has arrived already, whatever the page's styles say about the way there. One that comes before
    // there is room for it is tried again, until it arrives or another one comes.
    applyScroll(scroll) {
      const target = this.mirror.getNode(scroll.id);
      const box = target?.scrollingElement ?? target?.documentElement ?? target;
      if (box !== target) this.wanted.delete(this.mirror.getId(box)); // both scroll the window
      this.wanted.set(scroll.id, scroll);
      if (!box?.scrollTo) return false;
      const { scrollLeft, scrollTop } = box;
      (target.defaultView ?? box).scrollTo({ left: scroll.x, top: scroll.y, behavior: "instant" });
      const missed = Math.max(Math.abs(box.scrollLeft - scroll.x), Math.abs(box.scrollTop - scroll.y));
      if (missed < 1) this.wanted.delete(scroll.id);
      return scrollLeft !== box.scrollLeft || scrollTop !== box.scrollTop;
    }

    define(name, view = this.iframe.contentWindow) {
      try {
        if (!view.customElements.get(name)) view.customElements.define(name, class extends view.HTMLElement {});
      } catch {
        // The name is none that can be defined: it was not defined on the page either.
      }
    }

    // What adopts style sheets has a shadow root, though what is in that may come later.
    applyAdoptedStyleSheet(data) {
      const target = this.mirror.getNode(data.id);
      if (!target) {
        this.unadopted.push(data);
        return;
      }
      try {
        if (target.nodeType === Node.ELEMENT_NODE && !target.shadowRoot) target.attachShadow({ mode: "open" });
      } catch {
        return;
      }
      super.applyAdoptedStyleSheet(data);
      if (target.shadowRoot) this.shadowRoots.add(target.shadowRoot);
    }

    applyIncremental(event, isSync) {
      super.applyIncremental(event, isSync);
      const { source, type, id } = event.data;
      this.popovers.played(event.data);
      if (source !== INTERACTION) return;
      if (PRESSES.includes(type)) this.pressed = event.timestamp;
      if (type === FOCUS) this.moveFocus(this.mirror.getNode(id), event.timestamp - this.pressed > BY_PRESS_MS);
    }

    // Browsers show where the focus is (:focus-visible) when it came by the keyboard; in fields for text always.
    moveFocus(element, byKeyboard) {
      const visibly = byKeyboard || element?.isContentEditable || element?.matches?.(TEXT_FIELDS);
      element?.focus?.(visibly ? { preventScroll: true } : { preventScroll: true, focusVisible: false });
    }

    applyMutation(data, isSync) {
      if (!this.usingVirtualDom) this.closeDialogs(data);
      super.applyMutation(data, isSync);
      if (!this.usingVirtualDom) this.adoptLate();
    }

    // A dialog that only loses its attribute stays modal, and what stands behind it can't have the focus.
    closeDialogs({ attributes }) {
      for (const { id, attributes: changed } of attributes) {
        const node = changed?.open === null ? this.mirror.getNode(id) : null;
        if (node?.nodeName === "DIALOG" && node.open) node.close();
      }
    }

    adoptLate() {
      const waiting = this.unadopted;
      this.unadopted = [];
      for (const data of waiting) this.applyAdoptedStyleSheet(data);
    }

    // Rules of a document don't reach into its shadow roots.
    styleShadow(root) {
      const view = root.ownerDocument.defaultView;
      if (!view) return;
      if (!this.sheets.has(root.ownerDocument)) {
        const sheet = new view.CSSStyleSheet();
        sheet.replaceSync([NO_SCRIPT, ...RULES].join(""));
        this.sheets.set(root.ownerDocument, sheet);
      }
      const ours = this.sheets.get(root.ownerDocument);
      if (!root.adoptedStyleSheets.includes(ours)) root.adoptedStyleSheets = [ours, ...root.adoptedStyleSheets];
    }

    // Builds an element of MathML again as what it is, with all in it that is MathML; rrweb knows HTML and SVG only.
    asMath(node) {
      const { localName, parentNode } = node;
      const inText = parentNode && (MATH_TEXT.test(parentNode.localName) || parentNode.localName === "annotation-xml");
      if (node.namespaceURI !== HTML || !MATH_NAME.test(localName) || (inText && localName !== "math")) return;
      const math = node.ownerDocument.createElementNS(MATHML, localName);
      for (const { name, value } of node.attributes) math.setAttribute(name, value);
      math.append(...node.childNodes);
      node.replaceWith(math);
      const id = this.mirror.getId(node);
      if (id > 0) this.mirror.replace(id, math);
      for (const child of [...math.children]) this.asMath(child);
    }
  };
})();

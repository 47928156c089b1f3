// Opens and closes the popovers of a page. Recorders write down neither, so both are told from what people did: they
// press what opens a popover, or elsewhere, which closes it; whatever they do in one, it is open; and where they point at
// what would be under it, it is closed.
(() => {
  const INTERACTION = 2,
    INPUT = 5,
    MOVES = [1, 6, 12]; // by mouse, by touch, while dragging
  const CLICK = 2,
    PRESSES = [1, 7]; // mouse down, touch start
  const MOST = 10_000; // events that wait; what was done before no longer matters
  const INVOKER = "button[popovertarget],input[popovertarget],button[commandfor]";
  const OPENS = /^(|show|show-popover|toggle|toggle-popover)$/,
    CLOSES = /^(|hide|hide-popover|toggle|toggle-popover)$/;

  // A recorded page may name its fields like properties of a form or a document, so none is asked by name.
  const getter = (kind, name) => {
    const { get } = Object.getOwnPropertyDescriptor(kind.prototype, name);
    return (node) => get.call(node);
  };
  const [typeOf, parentOf, documentOf] = ["nodeType", "parentNode", "ownerDocument"].map((name) => getter(Node, name));
  const hostOf = getter(ShadowRoot, "host");
  const call = (kind, name) => (node, value) => kind.prototype[name].call(node, value);
  const [matches, attribute, edges] = ["matches", "getAttribute", "getBoundingClientRect"].map((name) =>
    call(Element, name),
  );
  const [rootOf, show, hide] = [
    call(Node, "getRootNode"),
    call(HTMLElement, "showPopover"),
    call(HTMLElement, "hidePopover"),
  ];
  const [inDocument, inShadow] = [call(Document, "getElementById"), call(DocumentFragment, "getElementById")];

  const isOpen = (popover) => matches(popover, ":popover-open");
  const isPopover = (element) => matches(element, "[popover]");

  // The elements around a node, innermost first, out of shadow roots.
  function* around(node) {
    for (let at = node; at; ) {
      const type = typeOf(at);
      if (type === Node.ELEMENT_NODE) yield at;
      at = parentOf(at) ?? (type === Node.DOCUMENT_FRAGMENT_NODE ? hostOf(at) : null);
    }
  }

  // What an element opens or closes: [popover, action], if anything.
  function invoked(element) {
    const byCommand = matches(element, "[commandfor]");
    const [target, action] = byCommand ? ["commandfor", "command"] : ["popovertarget", "popovertargetaction"];
    const command = attribute(element, action) ?? "";
    if (byCommand && !command.endsWith("-popover")) return null;
    const root = rootOf(element),
      find = typeOf(root) === Node.DOCUMENT_NODE ? inDocument : inShadow;
    const popover = find(root, attribute(element, target));
    return popover && isPopover(popover) ? [popover, command.toLowerCase()] : null;
  }

  globalThis.Popovers = class {
    changed = false; // since somebody looked
    #player;
    #opened = new Set(); // in this order; the browser may have closed some since
    #waiting = []; // [event, ids of the nodes around its own] while a long step is played on a copy of the page

    constructor(player) {
      this.#player = player;
    }

    // Another page is built.
    forget() {
      this.#opened.clear();
      this.#waiting = [];
    }

    // Takes an event that was played.
    played(event) {
      if (![INTERACTION, INPUT, ...MOVES].includes(event.source)) return;
      const { id } = event.positions?.at(-1) ?? event;
      if (this.#player.usingVirtualDom) this.#wait(event, id);
      else this.#act(event, this.#player.getMirror().getNode(id));
    }

    // Does what was waiting, when a long step has come to the page itself. Of what has gone since, that which it was in
    // counts.
    settle() {
      const waiting = this.#waiting,
        mirror = this.#player.getMirror();
      this.#waiting = [];
      for (const [event, ids] of waiting) this.#act(event, mirror.getNode(ids.find((id) => mirror.getNode(id))));
    }

    #wait(event, id) {
      const [, before] = this.#waiting.at(-1) ?? [];
      this.#waiting.push([event, before?.[0] === id ? before : this.#copied(id)]);
      if (this.#waiting.length > MOST) this.#waiting.splice(0, MOST / 2);
    }

    // The ids of a node of the copy and of those around it, innermost first.
    #copied(id) {
      const { mirror } = this.#player.virtualDom,
        ids = [];
      for (let at = mirror.getNode(id); at; at = at.parentNode) ids.push(mirror.getId(at));
      return ids;
    }

    #act({ source, type, ...at }, node) {
      const { x, y } = at.positions?.at(-1) ?? at;
      if (!node) return;
      try {
        if (typeOf(rootOf(node, { composed: true })) !== Node.DOCUMENT_NODE) return;
        const within = [...around(node)].filter((element) => matches(element, "[popover],dialog"));
        for (const popover of within.reverse()) if (isPopover(popover)) this.#set(popover, true);
        if (!within.length && source !== INPUT) this.#uncover(node, x, y);
        if (source === INTERACTION && PRESSES.includes(type)) this.#dismiss(node);
        if (source === INTERACTION && type === CLICK) this.#invoke(node);
      } catch {
        // What can't be a popover, such as an element of SVG, is none.
      }
    }

    #set(popover, open) {
      if (isOpen(popover) === open) return;
      if (open) show(popover);
      else hide(popover);
      this.#opened.delete(popover);
      if (open) this.#opened.add(popover);
      this.changed = true;
    }

    // Those that are open in the document of a node, the last one first.
    #open(node) {
      for (const popover of this.#opened) if (!isOpen(popover)) this.#opened.delete(popover);
      const page = documentOf(node) ?? node;
      return [...this.#opened].reverse().filter((popover) => documentOf(popover) === page);
    }

    #uncover(node, x, y) {
      for (const popover of this.#open(node)) {
        const { left, top, right, bottom } = edges(popover);
        if (x > left && x < right && y > top && y < bottom) this.#set(popover, false);
      }
    }

    // A press beside a popover closes it, unless it closes by hand alone; one on what opened it is left to that.
    #dismiss(node) {
      const within = new Set(around(node));
      for (const element of [...within]) {
        const [popover] = (matches(element, INVOKER) && invoked(element)) || [];
        if (popover) for (const outer of around(popover)) within.add(outer);
      }
      for (const popover of this.#open(node))
        if (!within.has(popover) && !matches(popover, "[popover=manual]")) this.#set(popover, false);
    }

    #invoke(node) {
      const invoker = [...around(node)].find((element) => matches(element, INVOKER));
      const [popover, action] = (invoker && invoked(invoker)) || [];
      if (!popover) return;
      const open = isOpen(popover);
      if ((open ? CLOSES : OPENS).test(action)) this.#set(popover, !open);
    }
  };
})();

// Opens and closes the popovers of a page. Recorders write down neither, so both are told from what people did: they
// press what opens a popover, or elsewhere, which closes it; whatever they do in one, it is open; and where they point at
// what would be under it, it is closed.
(() => {
  const INTERACTION = 2,
    INPUT = 5,
    MOVES = [1, 6, 12]; // by mouse, by touch, while dragging
  const CLICK = 2,
    PRESSES = [1, 7]; // mouse down, touch start
  const INVOKER = "button[popovertarget],input[popovertarget],button[commandfor]";
  const OPENS = /^(|show|show-popover|toggle|toggle-popover)$/,
    CLOSES = /^(|hide|hide-popover|toggle|toggle-popover)$/;

  const isOpen = (popover) => popover.matches(":popover-open");

  // The elements around a node, innermost first, out of shadow roots.
  function* around(node) {
    for (let at = node; at; at = at.parentNode ?? at.host) if (at.nodeType === Node.ELEMENT_NODE) yield at;
  }

  // What an element opens or closes: [popover, action], if anything.
  function invoked(element) {
    const byCommand = element.hasAttribute("commandfor");
    const [target, action] = byCommand ? ["commandfor", "command"] : ["popovertarget", "popovertargetaction"];
    const command = element.getAttribute(action) ?? "";
    if (byCommand && !command.endsWith("-popover")) return null;
    const popover = element.getRootNode().getElementById?.(element.getAttribute(target));
    return popover?.hasAttribute("popover") ? [popover, command.toLowerCase()] : null;
  }

  globalThis.Popovers = class {
    changed = false; // since somebody looked
    #player;

    constructor(player) {
      this.#player = player;
    }

    // Takes an event that was played.
    played({ source, type, ...at }) {
      if (![INTERACTION, INPUT, ...MOVES].includes(source)) return;
      const { id, x, y } = at.positions?.at(-1) ?? at;
      const node = this.#player.getMirror().getNode(id);
      if (!node?.isConnected) return;
      try {
        const within = [...around(node)].filter((element) => element.matches("[popover],dialog"));
        for (const popover of within.reverse()) if (popover.hasAttribute("popover")) this.#set(popover, true);
        if (!within.length && source !== INPUT) this.#uncover(node, x, y);
        if (source === INTERACTION && PRESSES.includes(type)) this.#dismiss(node);
        if (source === INTERACTION && type === CLICK) this.#invoke(node);
      } catch {
        // A page whose elements have the names of methods; its popovers stay as they are.
      }
    }

    #set(popover, open) {
      if (isOpen(popover) === open) return;
      if (open) popover.showPopover();
      else popover.hidePopover();
      this.changed = true;
    }

    #uncover({ ownerDocument }, x, y) {
      for (const popover of ownerDocument.querySelectorAll(":popover-open")) {
        const { left, top, right, bottom } = popover.getBoundingClientRect();
        if (x > left && x < right && y > top && y < bottom) this.#set(popover, false);
      }
    }

    // A press beside a popover closes it, unless it closes by hand alone; one on what opened it is left to that.
    #dismiss(node) {
      const within = new Set(around(node));
      for (const element of [...within]) {
        const [popover] = (element.matches(INVOKER) && invoked(element)) || [];
        if (popover) for (const outer of around(popover)) within.add(outer);
      }
      const open = node.ownerDocument.querySelectorAll("[popover]:not([popover=manual]):popover-open");
      for (const popover of [...open].reverse()) if (!within.has(popover)) this.#set(popover, false);
    }

    #invoke(node) {
      const invoker = [...around(node)].find((element) => element.matches(INVOKER));
      const [popover, action] = (invoker && invoked(invoker)) || [];
      if (!popover) return;
      const open = isOpen(popover);
      if ((open ? CLOSES : OPENS).test(action)) this.#set(popover, !open);
    }
  };
})();

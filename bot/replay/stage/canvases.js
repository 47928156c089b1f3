// Shows what was recorded of canvases. The replayed page runs no scripts, so its canvases draw nothing and have no size
// of their own; each is drawn on a canvas of the stage instead and shows that as its picture.
(() => {
  const DRAWN_2D = 0;
  const USUAL = [300, 150]; // px of a canvas without attributes (HTML, 4.12.5)
  const LONGEST = 4096; // px of a side; a recording may ask for any
  const MADE = { ArrayBuffer, Uint8Array, Uint8ClampedArray, ImageData, Path2D, DOMMatrix };
  const PROTOTYPE = CanvasRenderingContext2D.prototype;

  async function picture(url) {
    if (!/^data:image\//i.test(url)) throw new Error("a picture from elsewhere");
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  }

  // An argument as rrweb writes it.
  async function argument(value) {
    if (Array.isArray(value)) return Promise.all(value.map(argument));
    if (!value || typeof value !== "object") return value;
    const { rr_type: type, args, base64, src, data } = value;
    if (type === "ImageBitmap" && args) return createImageBitmap(...(await argument(args)));
    if (type === "Blob" && data) return new Blob(await argument(data), { type: value.type });
    if (base64 !== undefined) return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer;
    if (src !== undefined) return picture(src);
    if (Object.hasOwn(MADE, type) && args) return new MADE[type](...(await argument(args)));
    if (type !== undefined) throw new Error("an argument that was not recorded");
    return value;
  }

  async function draw(context, { property, args, setter }) {
    const known = Object.getOwnPropertyDescriptor(PROTOTYPE, property);
    const values = await argument(args ?? []);
    if (setter && known?.set) context[property] = values[0];
    else if (!setter && typeof known?.value === "function") known.value.apply(context, values);
    else throw new Error("no such drawing");
  }

  const commandsOf = (data) => data.commands ?? [data];

  // A whole new picture, as of canvases that are photographed some times a second: what came before does not matter.
  function isPicture(data) {
    const [first, second, ...more] = commandsOf(data);
    return first?.property === "clearRect" && second?.property === "drawImage" && !more.length;
  }

  function side(element, name, usual) {
    const px = Number.parseInt(element.getAttribute(name) ?? "", 10);
    return Math.min(px >= 0 ? px : usual, LONGEST);
  }

  globalThis.Canvases = class {
    #shown = new Map(); // element -> {board, url, drawn}
    #waiting = new Map(); // id -> data of the events to draw
    #replayer;

    constructor(replayer) {
      this.#replayer = replayer;
    }

    add(node) {
      if (node.nodeName === "CANVAS" && !this.#shown.has(node))
        this.#shown.set(node, { board: null, url: null, drawn: false });
    }

    // Takes in the canvases of a page that was not built node by node.
    addAll() {
      const mirror = this.#replayer.getMirror();
      for (const id of mirror.getIds()) this.add(mirror.getNode(id));
    }

    // Takes an event that was played.
    played({ type, data }) {
      if (type === 2) this.#waiting.clear();
      if (type !== 3 || data.source !== 9) return;
      const before = this.#waiting.get(data.id) ?? [];
      this.#waiting.set(data.id, isPicture(data) && before.every(isPicture) ? [data] : [...before, data]);
    }

    // A promise while there is something to draw, else undefined.
    paint() {
      const due = [];
      for (const [element, shown] of this.#shown) {
        if (!element.isConnected) continue;
        const id = this.#replayer.getMirror().getId(element);
        const [width, height] = [side(element, "width", USUAL[0]), side(element, "height", USUAL[1])];
        const changed = shown.board?.width !== width || shown.board?.height !== height;
        if (changed || this.#waiting.has(id) || !element.style.content)
          due.push(this.#painted(element, shown, id, width, height));
      }
      return due.length ? Promise.all(due) : undefined;
    }

    async #painted(element, shown, id, width, height) {
      const events = this.#waiting.get(id) ?? [];
      this.#waiting.delete(id);
      const first = !shown.board;
      shown.board ??= document.createElement("canvas");
      if (shown.board.width !== width) shown.board.width = width;
      if (shown.board.height !== height) shown.board.height = height;
      const context = shown.board.getContext("2d");
      const start = first && this.#replayer.getMirror().getMeta(element)?.attributes.rr_dataURL;
      if (start) await this.#try(element, shown, async () => context.drawImage(await picture(start), 0, 0));
      for (const event of events)
        for (const command of commandsOf(event))
          await this.#try(element, shown, () => {
            if ((event.type ?? DRAWN_2D) !== DRAWN_2D) throw new Error("no drawing in two dimensions");
            return draw(context, command);
          });
      shown.url = shown.board.toDataURL();
      const ready = element.ownerDocument.createElement("img");
      ready.src = shown.url;
      await ready.decode().catch(() => null); // a canvas without an area has no picture
      element.style.setProperty("content", `url(${shown.url})`, "important");
    }

    async #try(element, shown, drawing) {
      shown.drawn = true;
      try {
        await drawing();
      } catch {
        this.#replayer.lose("canvas that could not be drawn as recorded", element);
      }
    }

    // Counts the canvases of which nothing was recorded.
    countEmpty() {
      for (const [element, { drawn }] of this.#shown)
        if (!drawn && element.isConnected) this.#replayer.lose("canvas without a recorded picture", element);
    }
  };
})();

// Plays a recording to given times, and says at which of them the page may look different.
// Runs beside the replayer in a page that cannot reach the network; returns plain values only.
(() => {
  const { Animations, Camera, Canvases, Hovering, Labels, decodedImages, PageReplayer } = globalThis;
  const MUTATION = 0,
    MOVE = 1,
    INTERACTION = 2,
    SCROLL = 3,
    TOUCH_MOVE = 6,
    STYLE_RULE = 8,
    DRAG = 12,
    STYLE_DECLARATION = 13,
    SELECTION = 14,
    ADOPTED_STYLES = 15;
  const FOCUS = 5,
    BLUR = 6;
  const DOWN = 1,
    UP = 0;
  const LONG = 100; // mutations beyond which it is faster to play them on a copy of the page, then compare

  let player,
    canvases,
    labels,
    camera,
    animations,
    hovering,
    events,
    times,
    box,
    places, // [index, left, top, width, height] of the page in the picture, for every place
    pieces = [];
  let next = 0; // the first event not yet played
  let ahead = null; // the step that was begun before anybody asked for it
  let off = [0, 0],
    pressed = false; // how far the page is from where it was under the pointer

  const page = () => player.iframe.contentDocument;
  const edges = (element) => Element.prototype.getBoundingClientRect.call(element); // a field may have its name

  function fit({ width, height }) {
    const scale = Math.min(box.width / width, box.height / height) || 1;
    const left = Math.floor((box.width - width * scale) / 2),
      top = Math.floor((box.height - height * scale) / 2);
    Object.assign(box, { scale, left, top, page: [width * scale, height * scale] });
    camera.refit();
  }

  function pointer() {
    const left = parseFloat(player.mouse.style.left),
      top = parseFloat(player.mouse.style.top);
    if (Number.isNaN(left) || Number.isNaN(top)) return null;
    return camera.shown([(left + off[0]) * box.scale + box.left, (top + off[1]) * box.scale + box.top]);
  }

  // The recording says which element was under the pointer. Where texts are masked or pictures missing it may now stand
  // elsewhere; the pointer goes with it. While a button is down it may have left its element for good.
  function follow({ data }) {
    const { x, y, id } = data.positions?.at(-1) ?? data;
    if (data.source === INTERACTION) pressed = data.type === DOWN || (pressed && data.type !== UP);
    const element = player.getMirror().getNode(id);
    if (!Number.isFinite(x) || !Number.isFinite(y) || (pressed && data.type !== DOWN)) return;
    off = [0, 0];
    if (element?.ownerDocument !== page() || element.nodeType !== 1 || /^(html|body)$/i.test(element.tagName)) return;
    const { left, right, top, bottom } = edges(element);
    if (right > left && bottom > top) off = [inside(x, left, right), inside(y, top, bottom)];
  }

  // What brings `at` between two edges, and not just onto one; nothing if it is there already, or all but.
  function inside(at, from, to) {
    if (at >= from - 3 && at <= to + 3) return 0;
    const margin = Math.min(12, (to - from) / 2);
    return Math.min(Math.max(at, from + margin), to - margin) - at;
  }

  function mayShow({ type, data }) {
    if (type !== 3) return type === 2 || type === 4;
    if (data.source === MUTATION) {
      if (data.adds.some(({ node }) => /^(style|link|head)$/.test(node.tagName ?? ""))) hovering.restyled();
      return true;
    }
    if ([STYLE_RULE, STYLE_DECLARATION, ADOPTED_STYLES].includes(data.source)) hovering.restyled();
    if (data.source === INTERACTION) return data.type === FOCUS || data.type === BLUR;
    return ![MOVE, TOUCH_MOVE, DRAG, SELECTION].includes(data.source);
  }

  function seek(at, began) {
    let any = false,
      visible = false,
      pointed = null;
    for (; next < events.length && events[next].timestamp - events[0].timestamp <= at; next++) {
      any = true;
      canvases.played(events[next]);
      camera.played(events[next]);
      visible = mayShow(events[next]) || visible;
      const { type, data } = events[next];
      if (type === 3 && [MOVE, INTERACTION, TOUCH_MOVE, DRAG].includes(data.source)) pointed = events[next];
      else if (type !== 3 || data.source === SCROLL) pointed = null; // what was under the pointer has gone on
    }
    if (any) {
      player.pause(at + 0.5); // the replayer plays what lies strictly before
      if (player.failure) throw player.failure;
      visible = player.settle() || visible;
      if (pointed) follow(pointed);
      visible = hovering.changed() || visible;
    }
    visible = animations.show(at, began) || visible;
    return (player.wanted.size > 0 && player.settle()) || visible; // there may be room for a scroll only now
  }

  // Pictures are decoded before one is taken of them; those that never come are not waited for. In most frames there
  // is nothing to wait for, and then there is no promise to pay for.
  function images() {
    const painted = canvases.paint();
    return painted ? painted.then(() => decodedImages(page())) : decodedImages(page());
  }

  // The camera looks when the page has its pictures, so that it always finds the same. Says whether the view moved.
  function look(i, pointers) {
    const moved = camera.look(i);
    place(i);
    pointers.push(labels.beside(pointer(), times[i]));
    return moved;
  }

  function place(i) {
    const [left, top] = camera.shown([box.left, box.top]),
      zoom = camera.view[2];
    const now = [left, top, ...box.page.map((side) => side * zoom)],
      before = places.at(-1);
    if (!before || now.some((number, at) => number !== before[at + 1])) places.push([i, ...now]);
  }

  function play(i) {
    const pointers = [];
    for (; i < times.length; i++) {
      const visible = seek(times[i]),
        waiting = visible && images(),
        step = [i, pointers];
      if (waiting) return waiting.then(() => look(step[0], pointers)).then(() => step);
      if (look(i, pointers) || visible) return step;
    }
    return [-1, pointers];
  }

  // What a frame shows is settled when it is committed, which its animation callbacks come just before. What the page
  // does in a task after that shows up in the next one.
  function committed() {
    const { port1, port2 } = new MessageChannel();
    return new Promise((done) => {
      port1.onmessage = done;
      requestAnimationFrame(() => port2.postMessage(null));
    });
  }

  async function goOn(step) {
    const [i, pointers] = await step;
    if (i >= 0) ahead = committed().then(() => play(i + 1));
    return [i, pointers];
  }

  // What a frame shows is recorded as nodes. From the page's own copy of it the browser would make another page, which
  // nobody masked, and show that in their place.
  function withoutCopies(key, value) {
    return key === "srcdoc" ? undefined : value;
  }

  globalThis.stage = {
    // The recording comes as JSON, deflated, in base64, in pieces: one long message takes longer.
    take(piece) {
      pieces.push(piece);
    },

    async load(width, height) {
      const packed = Uint8Array.from(atob(pieces.join("")), (char) => char.charCodeAt(0));
      pieces = [];
      const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
      const json = await new Response(unpacked).text();
      events = json.includes('"srcdoc"') ? JSON.parse(json, withoutCopies) : JSON.parse(json);
      box = { width, height, scale: 1, left: 0, top: 0, page: [width, height] };
      places = [];
      [next, off, pressed, ahead] = [0, [0, 0], false, null];
      const silent = { log() {}, warn() {}, error() {} };
      const config = {
        mouseTail: false,
        showWarning: false,
        showDebug: false,
        triggerFocus: true,
        skipInactive: false,
        pauseAnimation: false,
        logger: silent,
        plugins: [{ onBuild: (node) => canvases.add(node) }],
      };
      player = new PageReplayer(events, config, events[0]?.data?.definitions || json.includes('"isCustom"'));
      canvases = new Canvases(player);
      labels = new Labels(player, events);
      camera = new Camera(player, box);
      animations = new Animations(player);
      hovering = new Hovering(player);
      player.on("resize", fit);
      // The replayer builds the first page by itself a moment later (after 1 ms); playing before that gives now this,
      // now that.
      await new Promise((built) => setTimeout(() => built(null), 2));
      if (player.failure) throw player.failure;
    },

    // Leaves the page as it was before a recording was loaded.
    clear() {
      player.destroy();
      player = events = undefined;
    },

    // Plays to the first of the wanted times (ms from the first event). The camera follows its plan, if there is one.
    start(wanted, plan = null) {
      times = wanted;
      const before = events.filter(
        ({ type, data, timestamp }) =>
          type === 3 && data.source === MUTATION && timestamp - events[0].timestamp <= times[0],
      );
      player.setConfig({ useVirtualDom: before.length > LONG });
      seek(times[0], next ? undefined : 0);
      player.setConfig({ useVirtualDom: false });
      camera.follow(plan);
      canvases.addAll();
      const pointers = [];
      const started = () => {
        look(0, pointers);
        return pointers[0];
      };
      return images()?.then(started) ?? started();
    },

    // Where the camera went: [index, left, top, zoom] for each view.
    views: () => camera.path,

    // Where the page was in the picture: [index, left, top, width, height] for each place.
    places: () => places,

    // What the pages played so far lack: [what, how often].
    losses() {
      canvases.countEmpty();
      return [...player.lost];
    },

    // Settles when the page as it is now has been drawn.
    drawn() {
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));
    },

    // Plays on from times[i] and stops where a picture is due: [its index or -1, a pointer for every step].
    run: play,

    // The same, and once the next frame is committed, goes on to the picture after that.
    runAhead(i) {
      const step = ahead ?? play(i);
      ahead = null;
      return goOn(step);
    },
  };
})();

/* Replaybook's recorder: rrweb, plus the four things that rrweb does not see (errors, requests, window.open, views).
 *
 *   <script src="/shop/recorder.js" data-intake="https://replaybook.example" data-rrweb="/js/rrweb-record.js" async></script>
 *
 * Attributes: docs/recorder.md. It never throws into the page and never records its own requests.
 */
(() => {
  "use strict";
  if (window.replaybook) return; // loaded twice
  const tag = document.currentScript;
  const option = (name, fallback = "") => tag?.dataset[name] || fallback;

  const BATCH = 64 * 1024; // characters after which a batch goes out before its second is over
  const KEEPALIVE = 60 * 1024; // browsers allow 64 KiB of keepalive and beacon bodies in flight
  const MEMORY = 4 * 1024 * 1024; // what waits for an intake that does not answer
  const IDLE = 15 * 60 * 1000; // a session ends after this long without input
  const LONGEST = 4 * 60 * 60 * 1000; // ... or after four hours
  const CHECKOUT = 5 * 60 * 1000;
  const [FULL_SNAPSHOT, INCREMENTAL, META] = [2, 3, 4]; // rrweb's type numbers
  const MUTATION = 0; // the one incremental source that is not the person's doing

  const key = option("key") && `?key=${encodeURIComponent(option("key"))}`;
  const intake = `${option("intake", location.origin).replace(/\/+$/, "")}/intake/rrweb${key}`;
  const post = window.fetch?.bind(window); // the page's own, before it is watched

  /** Runs our own work so that whatever goes wrong in it stays out of the page. */
  const guard = (work) => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  const guarded =
    (work) =>
    (...args) =>
      guard(() => work(...args));

  // -- who and where ------------------------------------------------------------------------------------------------

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

  /** A value kept in web storage; a page that forbids storage gets one that lives as long as the page. */
  const kept = (storage, key, make) => {
    let value = guard(() => JSON.parse(window[storage].getItem(key)));
    if (!value) value = make();
    guard(() => window[storage].setItem(key, JSON.stringify(value)));
    return value;
  };

  const person = String(kept("localStorage", "replaybook.person", () => `p_${random()}`));
  // `left` is set when the page is left: a duplicated tab has a copy without it, and is a session of its own.
  const fresh = () => ({ id: `s_${random()}`, start: Date.now(), active: Date.now(), seq: 0, left: true });
  const over = (s) => Date.now() - s.active > IDLE || Date.now() - s.start > LONGEST;
  const going = () => {
    const known = kept("sessionStorage", "replaybook.session", fresh);
    return over(known) || !known.left ? fresh() : known;
  };
  let session = going();
  let view = `v_${random()}`;
  let leaving = false; // the page is being left: what comes now, comes before it has gone
  const keep = () =>
    guard(() => {
      session.left = leaving;
      sessionStorage.setItem("replaybook.session", JSON.stringify(session));
    });

  const MARKS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
  };
  const browser = () => MARKS[Object.keys(MARKS).find((mark) => navigator.userAgent.includes(mark))] || "";
  const device = () => {
    if (/iPad|Tablet/.test(navigator.userAgent)) return "tablet";
    const small = matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < 600;
    return small || /Mobi/.test(navigator.userAgent) ? "mobile" : "desktop";
  };
  /** Of a fragment, `#/cart` and `#!/cart` are routes; any other is a place in the page. */
  const route = (hash) => (hash.match(/^#!?\/[^?#]*/) || [""])[0];
  const bare = (url) =>
    guard(() => {
      const at = new URL(url, location.href);
      return at.origin + at.pathname + route(at.hash);
    }) || "";
  const path = (url) => guard(() => new URL(url, location.href).pathname) || "";
  let href = bare(location.href); // of the view; never the query: it may hold tokens
  const meta = () => ({
    browser: browser(),
    device: device(),
    version: option("version"),
    service: option("service"),
    env: option("env"),
    href,
    // The country of the browser's language: a guess, and the most a page can know without asking a server.
    country: option("country") || guard(() => new Intl.Locale(navigator.language).maximize().region) || "",
  });

  // -- the queue ----------------------------------------------------------------------------------------------------

  let waiting = []; // events as JSON text, all of the present view
  let size = 0;
  const outgoing = []; // batches as text, in order; the first may be on its way
  let held = 0; // characters in outgoing
  let [sending, flying, pause] = [false, false, 0]; // a batch is flying once the browser has it
  let gap = false; // something was dropped, so the replay needs a new full snapshot

  const cut = () => {
    if (!waiting.length) return;
    const head = {
      session: session.id,
      view,
      person,
      application: option("application", "web"),
      meta: meta(),
      seq: session.seq++,
    };
    keep();
    const body = `${JSON.stringify(head).slice(0, -1)},"events":[${waiting.join(",")}]}`;
    outgoing.push(body);
    held += body.length;
    [waiting, size] = [[], 0];
    while (held > MEMORY && outgoing.length > (sending ? 2 : 1)) {
      held -= outgoing.splice(sending ? 1 : 0, 1)[0].length;
      gap = true;
    }
  };

  const packed = async (body) => {
    if (body.length < 16 * 1024 || option("gzip") === "off" || !window.CompressionStream) return { body, headers: {} };
    const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
    return { body: await new Response(stream).arrayBuffer(), headers: { "Content-Encoding": "gzip" } };
  };

  const deliver = async (text) => {
    const { body, headers } = await packed(text);
    if (outgoing[0] !== text) return true; // it went out as a beacon meanwhile
    const keepalive = (body.byteLength || new Blob([body]).size) < KEEPALIVE;
    flying = true;
    const answer = await post(intake, {
      method: "POST",
      body,
      keepalive,
      credentials: "omit",
      headers: { "Content-Type": "application/json", ...headers },
    });
    return answer.status < 500 && answer.status !== 429; // what it refuses for good is not sent again
  };

  const send = async () => {
    if (sending || !post) return;
    sending = true;
    while (outgoing.length) {
      const [text] = outgoing;
      const done = await deliver(text).catch(() => false);
      flying = false;
      pause = done ? 0 : Math.min(30000, pause * 2 || 1000);
      if (!done) break;
      if (outgoing[0] === text) held -= outgoing.shift().length;
    }
    sending = false;
    if (pause) setTimeout(send, pause);
    else if (gap)
      guard(() => {
        gap = false;
        rrweb().record.takeFullSnapshot(true);
      });
  };

  const flush = guarded(() => {
    cut();
    if (!pause) send();
  });

  /** The page is going away: what is left goes out as beacons, the batch that flies has keepalive. */
  const leave = guarded(() => {
    leaving = true;
    cut();
    for (const body of outgoing.splice(flying ? 1 : 0)) {
      held -= body.length;
      navigator.sendBeacon(intake, body);
    }
    keep();
  });

  // -- events -------------------------------------------------------------------------------------------------------

  const rrweb = () => window.rrweb || window.rrwebRecord;
  let stop = null; // set while rrweb records
  let unwanted = false; // stopped, though rrweb may not even have come

  /** A new view, of this session or of another. */
  const restart = (next) => {
    cut();
    session = next;
    view = `v_${random()}`;
    keep();
    rrweb().record.takeFullSnapshot(true);
  };

  const emit = guarded((event) => {
    const personal = event.type === INCREMENTAL && event.data.source !== MUTATION;
    if (personal && over(session)) {
      restart(fresh());
      event.timestamp = Date.now(); // after the snapshot that it needs
    }
    if (personal) session.active = Date.now();
    if (event.type === META) event.data.href = bare(event.data.href);
    const text = JSON.stringify(event);
    waiting.push(text);
    size += text.length;
    if (size >= BATCH || event.type === FULL_SNAPSHOT) setTimeout(flush, 0);
  });

  const custom = guarded((name, payload) => {
    if (stop) rrweb().record.addCustomEvent(name, payload); // rrweb refuses them before it records
  });

  const words = (value) => {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return typeof value === "string" ? value : guard(() => JSON.stringify(value)) || String(value);
  };
  const report = guarded((source, ...values) =>
    custom("error", { message: values.map(words).join(" ").slice(0, 500), source }),
  );

  const moved = guarded(() => {
    if (!stop || bare(location.href) === href) return;
    cut(); // a batch holds one view
    [view, href] = [`v_${random()}`, bare(location.href)];
    // After the page has drawn the new route, so that the view begins with what it shows.
    const drawn = view;
    setTimeout(
      guarded(() => view === drawn && rrweb().record.takeFullSnapshot(true)),
      0,
    );
  });

  // -- what rrweb does not see --------------------------------------------------------------------------------------

  const watchErrors = () => {
    addEventListener("error", (e) => {
      if (e.message) report("source", e.error instanceof Error ? e.error : e.message);
    });
    addEventListener("unhandledrejection", (e) => report("unhandledrejection", e.reason));
    const error = console.error;
    console.error = function (...values) {
      report("console", ...values);
      return error.apply(this, values);
    };
  };

  const load = random().slice(0, 8); // request ids must not repeat after a reload
  let requests = 0;
  const begin = (method, url) => {
    const request = { id: `${load}.${++requests}`, method: String(method || "GET").toUpperCase(), url: path(url) };
    custom("request", { phase: "start", ...request });
    return request;
  };
  const end = (request, status) => {
    custom("request", { phase: "end", ...request, status });
    if (status >= 500) report("network", `${request.method} ${request.url} ${status}`);
  };
  const failed = (request) => {
    end(request, 0);
    report("network", `${request.method} ${request.url} failed`);
  };

  const watchFetch = () => {
    if (!post) return;
    window.fetch = (input, init, ...rest) => {
      const given = input instanceof Request ? input : null;
      const request = guard(() => begin(init?.method || given?.method, given ? given.url : String(input)));
      const answer = post(input, init, ...rest);
      if (request) {
        answer.then(
          (got) => end(request, got.status),
          (problem) => (problem?.name === "AbortError" ? end(request, 0) : failed(request)),
        );
      }
      return answer;
    };
  };

  const watchXhr = () => {
    const { open, send: dispatch } = XMLHttpRequest.prototype;
    const opened = new WeakMap();
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
      opened.set(this, [method, url]);
      return open.call(this, method, url, ...rest);
    };
    XMLHttpRequest.prototype.send = function (...args) {
      const request = guard(() => begin(...opened.get(this)));
      const names = ["load", "abort", "error", "timeout"]; // exactly one of them comes
      const done = ({ type }) => {
        for (const name of names) this.removeEventListener(name, done);
        if (type === "error" || type === "timeout") failed(request);
        else end(request, this.status);
      };
      if (request) for (const name of names) this.addEventListener(name, done);
      return dispatch.apply(this, args);
    };
  };

  const watchRest = () => {
    const open = window.open;
    window.open = function (...args) {
      custom("window_open", {});
      return open.apply(this, args);
    };
    for (const name of ["pushState", "replaceState"]) {
      const change = history[name];
      history[name] = function (...args) {
        const result = change.apply(this, args);
        moved();
        return result;
      };
    }
    addEventListener("popstate", moved);
    addEventListener("hashchange", moved);
    addEventListener("pagehide", leave);
    // Back from the browser's page cache: meanwhile the session went on in another page of this tab.
    addEventListener(
      "pageshow",
      guarded((e) => {
        leaving = false;
        if (e.persisted && stop) restart(going());
      }),
    );
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") flush();
    });
  };

  // -- start --------------------------------------------------------------------------------------------------------

  const start = guarded(() => {
    if (unwanted) return;
    keep();
    stop = rrweb().record({
      emit,
      checkoutEveryNms: CHECKOUT,
      maskAllInputs: true,
      maskTextSelector: option("mask") || null,
      blockSelector: option("block") || null,
      slimDOMOptions: "all",
    });
    setInterval(flush, 1000);
  });

  guard(watchErrors);
  guard(watchFetch);
  guard(watchXhr);
  guard(watchRest);
  window.replaybook = {
    flush,
    /** For errors that the page handles itself. */
    error: (problem) => report("source", problem),
    stop: guarded(() => {
      unwanted = true;
      if (stop) stop();
      stop = null;
      flush();
    }),
    get session() {
      return session.id;
    },
  };
  if (rrweb()) start();
  else {
    const script = document.createElement("script");
    script.src = option(
      "rrweb",
      guard(() => new URL("vendor/rrweb-record.js", tag.src).href),
    );
    script.onload = start;
    document.head.append(script);
  }
})();

// The page's API. Every answer is the body: `ok: false` with an error code where something was refused or the server
// did not answer.

export function read(name, query) {
  return answered(fetch(`/_page/${name}?${new URLSearchParams(query)}`));
}

async function answered(asked) {
  try {
    return await (await asked).json();
  } catch {
    return { ok: false, error: "unreachable" };
  }
}

export function act(name, body) {
  const headers = { "Content-Type": "application/json" };
  return answered(fetch(`/_page/${name}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

export function upload(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.set(name, value);
  form.set("file", file);
  return answered(fetch("/_page/upload", { method: "POST", body: form }));
}

const AGAIN_MS = 1000;

/** Calls `onEvent` with each event of the feed, `onLost` when the connection breaks and `onBack` when it is back.
 *  `settled` resolves when the feed is open, has failed or is closed: what is read after that misses no event. */
export function listen(user, onEvent, { onLost, onBack }) {
  let [source, settle, broken, closed] = [null, null, false, false];
  const settled = new Promise((resolve) => {
    settle = resolve;
  });
  const connect = () => {
    if (closed) return;
    source = new EventSource(`/_page/feed?user=${encodeURIComponent(user)}`);
    source.onmessage = (event) => onEvent(JSON.parse(event.data));
    source.onerror = () => {
      settle();
      if (!broken) onLost();
      broken = true;
      // An answer that is no feed, such as a proxy's, is not asked for again by the browser.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
    };
    source.onopen = () => {
      settle();
      const back = broken;
      broken = false;
      if (back) onBack();
    };
  };
  const close = () => {
    closed = true;
    source.close();
    settle();
  };
  connect();
  return { settled, close, isLost: () => broken };
}

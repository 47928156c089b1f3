// The page's API.

export async function read(name, query) {
  const answer = await fetch(`/_page/${name}?${new URLSearchParams(query)}`);
  return answer.json();
}

/** Returns the body: `ok: false` with an error code where the action was refused or the server did not answer. */
export async function act(name, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`/_page/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
    return await answer.json();
  } catch {
    return { ok: false, error: "unreachable" };
  }
}

export async function upload(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.set(name, value);
  form.set("file", file);
  const answer = await fetch("/_page/upload", { method: "POST", body: form });
  return answer.json();
}

/** Calls `onEvent` with each event of the feed, `onLost` when the connection breaks and `onBack` when it is back.
 *  `settled` resolves when the feed is open or has failed: what is read after that misses no event. */
export function listen(user, onEvent, { onLost, onBack }) {
  const source = new EventSource(`/_page/feed?user=${encodeURIComponent(user)}`);
  let broken = false;
  const settled = new Promise((resolve) => {
    source.addEventListener("open", resolve, { once: true });
    source.addEventListener("error", resolve, { once: true });
  });
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => {
    if (!broken) onLost();
    broken = true;
  };
  source.onopen = () => {
    if (broken) onBack();
    broken = false;
  };
  return { settled, close: () => source.close() };
}

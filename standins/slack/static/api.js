// The human side of the workspace.

export async function look(name, query) {
  const answer = await fetch(`/_page/${name}?${new URLSearchParams(query)}`);
  return answer.json();
}

/** Gives the body; `ok: false` with an error code where it was refused or nobody answered. */
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

/** Calls `hear` with each piece of news, `again` when the line is back after a break. `tried` is when it listens or
 *  can't: what is read after that misses no news. */
export function listen(user, hear, { lost, again }) {
  const source = new EventSource(`/_page/feed?user=${encodeURIComponent(user)}`);
  let broken = false;
  const tried = new Promise((resolve) => {
    source.addEventListener("open", resolve, { once: true });
    source.addEventListener("error", resolve, { once: true });
  });
  source.onmessage = (event) => hear(JSON.parse(event.data));
  source.onerror = () => {
    if (!broken) lost();
    broken = true;
  };
  source.onopen = () => {
    if (broken) again();
    broken = false;
  };
  return { tried, hangUp: () => source.close() };
}

// What both scripts need of the workspace: its people's side, and waiting.

export const { ROOT, TOKEN, APP_TOKEN, SECRET, CHANNEL, USER, PORT } = process.env;
export const api = `${ROOT}/api/`;

async function sent(path, body) {
  const answer = await fetch(`${ROOT}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

export const act = (name, body) => sent(`/_page/${name}`, { user: USER, channel: CHANNEL, ...body });
export const fault = (body) => sent("/_test/faults", body);
export const disconnect = (body) => sent("/_test/disconnect", body);

export async function read(name, query) {
  const answer = await fetch(
    `${ROOT}/_page/${name}?${new URLSearchParams({ user: USER, channel: CHANNEL, ...query })}`,
  );
  return answer.json();
}

export async function until(found) {
  for (;;) {
    const result = await found();
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

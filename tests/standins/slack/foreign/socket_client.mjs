// @slack/socket-mode alone: the handshake, envelopes, acknowledgements, two connections, and their ends.

import assert from "node:assert/strict";
import { LogLevel, SocketModeClient } from "@slack/socket-mode";
import { APP_TOKEN, act, api, disconnect, read, until } from "./workspace.mjs";

const heard = [];
const connecting = new Set();
const connections = ["one", "other"].map((name) => {
  const client = new SocketModeClient({
    appToken: APP_TOKEN,
    clientOptions: { slackApiUrl: api },
    logLevel: LogLevel.ERROR,
  });
  for (const begun of ["connecting", "reconnecting"]) client.on(begun, () => connecting.add(client));
  client.on("connected", () => connecting.delete(client));
  client.on("slash_commands", async ({ ack, body }) => {
    heard.push([name, body.text]);
    await ack({ text: `${body.text} was heard` });
  });
  client.on("message", async ({ ack, event, retry_num }) => {
    if (event.bot_id) return ack();
    heard.push([name, event.text, retry_num]);
    if (event.text !== "not the first time" || retry_num) await ack();
  });
  return client;
});

for (const client of connections) {
  const { url } = await client.start();
  assert.match(url, /^ws:\/\/.*ticket=/);
}
for (const text of ["1", "2", "3", "4"])
  assert.equal((await act("post", { text: `/replay ${text}` })).command, "/replay");
assert.deepEqual(heard.map(([name]) => name).sort(), ["one", "one", "other", "other"]);
assert.ok((await read("history")).messages.some((each) => each.text === "4 was heard"));
console.log("ok two connections share deliveries");

await act("post", { text: "not the first time" });
await until(() => heard.filter(([, text]) => text === "not the first time").length === 2);
const [first, again] = heard.filter(([, text]) => text === "not the first time");
assert.equal(first[2], 0);
assert.equal(again[2], 1);
assert.notEqual(first[0], again[0]);
console.log("ok what is not acknowledged comes again");

for (const reason of ["warning", "refresh_requested", ""]) {
  await disconnect({ reason, after: 0.1 });
  await until(async () => (await act("post", { text: `/replay after ${reason || "a break"}` })).command);
}
assert.equal(heard.filter(([, text]) => text === "after a break").length, 1);
console.log("ok after every kind of end");
await until(() => !connecting.size); // its own promise of a connection is rejected, with nobody there to catch it
for (const client of connections) await client.disconnect();
process.exit(0);

// An app on Bolt for JavaScript, over HTTP or in Socket Mode: a command, a button, a modal, an event.

import assert from "node:assert/strict";
import bolt from "@slack/bolt";
import { APP_TOKEN, act, api, CHANNEL, disconnect, PORT, read, SECRET, TOKEN, until } from "./workspace.mjs";

const socketMode = Boolean(APP_TOKEN);
const app = new bolt.App({
  token: TOKEN,
  ...(socketMode ? { socketMode, appToken: APP_TOKEN } : { signingSecret: SECRET }),
  clientOptions: { slackApiUrl: api },
  logLevel: bolt.LogLevel.ERROR,
});
const plain = (text) => ({ type: "plain_text", text });

app.command("/replay", async ({ ack, command, say }) => {
  await ack(command.text === "help" ? "Ask me something" : undefined);
  if (command.text === "help") return;
  const button = { type: "button", text: plain("In the backlog…"), action_id: "take", value: "r-1" };
  await say({ text: `${command.text}: 3,214`, blocks: [{ type: "actions", block_id: "answer", elements: [button] }] });
});

app.action("take", async ({ ack, body, client, respond }) => {
  await ack();
  await respond({ text: "Noted", response_type: "ephemeral", replace_original: false });
  const element = { type: "plain_text_input", action_id: "typed" };
  const input = { type: "input", block_id: "key", label: plain("Ticket"), element };
  const view = { type: "modal", callback_id: "ticket", private_metadata: body.message.ts, title: plain("Backlog") };
  await client.views.open({ trigger_id: body.trigger_id, view: { ...view, submit: plain("Save"), blocks: [input] } });
});

app.view("ticket", async ({ ack, view, client }) => {
  const key = view.state.values.key.typed.value;
  if (!key.startsWith("SHOP-"))
    return ack({ response_action: "errors", errors: { key: "A key looks like SHOP-412." } });
  await ack();
  await client.chat.postMessage({ channel: CHANNEL, thread_ts: view.private_metadata, text: `The fix is ${key}` });
});

app.event("app_mention", async ({ event, say }) => say({ text: "Yes?", thread_ts: event.ts }));

const messages = async () => (await read("history")).messages;
const answered = (text) => until(async () => (await messages()).find((each) => each.text === `${text}: 3,214`));

async function journey(question) {
  assert.equal((await act("post", { text: `/replay ${question}` })).command, "/replay");
  const answer = await answered(question);
  await act("press", { ts: answer.ts, block_id: "answer", action_id: "take" });
  const view = await until(async () => (await read("state")).views[0]);
  const submitted = (value) => act("submit", { view_id: view.id, values: { key: { typed: value } } });
  assert.deepEqual((await submitted("nonsense")).errors, { key: "A key looks like SHOP-412." });
  assert.deepEqual(await submitted("SHOP-412"), { ok: true });
  await until(async () =>
    (await read("thread", { ts: answer.ts })).replies.some((it) => it.text === "The fix is SHOP-412"),
  );
  await until(async () => (await messages()).some((each) => each.is_ephemeral && each.text === "Noted"));
  const mention = await act("post", { text: "@Replaybook are you there?" });
  await until(async () => (await read("thread", { ts: mention.ts })).replies.some((each) => each.text === "Yes?"));
}

await app.start(socketMode ? undefined : { port: Number(PORT), host: "127.0.0.1" });
await act("post", { text: "/replay help" });
await until(async () => (await messages()).some((each) => each.is_ephemeral && each.text === "Ask me something"));
await journey("rage clicks on buy");
console.log("ok the journey");
if (socketMode) {
  await disconnect({ reason: "refresh_requested", after: 0 });
  await until(async () => (await act("post", { text: "/replay again" })).command);
  await answered("again");
  console.log("ok after a refresh");
}
await app.stop();
process.exit(0);

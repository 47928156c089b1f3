// @slack/web-api, as its users call it: messages, files, views, pages of results, errors and rate limits.

import assert from "node:assert/strict";
import { ErrorCode, WebClient } from "@slack/web-api";
import { act, api, CHANNEL, fault, read, TOKEN, USER, until } from "./workspace.mjs";

const client = new WebClient(TOKEN, { slackApiUrl: api, retryConfig: { retries: 2, minTimeout: 10, maxTimeout: 20 } });
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const refused = async (call) => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: "Slack would refuse this" });
};

const checks = {
  async "who the bot is"() {
    const who = await client.auth.test();
    assert.equal(who.team_id, "T0NORDIC01");
    assert.ok(who.response_metadata.scopes.includes("chat:write"));
  },

  async "a message is posted, answered in its thread, updated, found and deleted"() {
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "*3,214* rage clicks" } }];
    const posted = await client.chat.postMessage({ channel: CHANNEL, text: "3,214 rage clicks", blocks });
    assert.equal(posted.message.blocks[0].text.text, "*3,214* rage clicks");
    const reply = await client.chat.postMessage({ channel: CHANNEL, text: "In a thread", thread_ts: posted.ts });
    const thread = await client.conversations.replies({ channel: CHANNEL, ts: posted.ts });
    assert.deepEqual(
      thread.messages.map((each) => each.ts),
      [posted.ts, reply.ts],
    );
    await client.chat.update({ channel: CHANNEL, ts: posted.ts, text: "Changed", blocks: [] });
    const link = await client.chat.getPermalink({ channel: CHANNEL, message_ts: posted.ts });
    assert.ok(link.permalink.includes(posted.ts.replace(".", "")));
    await client.chat.delete({ channel: CHANNEL, ts: reply.ts });
    const whispered = await client.chat.postEphemeral({ channel: CHANNEL, user: USER, text: "For you" });
    assert.ok(whispered.message_ts);
  },

  async "files are uploaded together into a thread, with a comment"() {
    const { ts } = await client.chat.postMessage({ channel: CHANNEL, text: "Files come here" });
    const uploaded = await client.filesUploadV2({
      channel_id: CHANNEL,
      thread_ts: ts,
      initial_comment: "Two pictures",
      file_uploads: [
        { file: PIXEL, filename: "one.png", alt_text: "A dot" },
        { content: "a,b\n1,2\n", filename: "two.csv" },
      ],
    });
    assert.equal(uploaded.ok, true);
    const replies = await until(async () => {
      const { messages } = await client.conversations.replies({ channel: CHANNEL, ts });
      return messages.length > 1 && messages;
    });
    const names = replies.slice(1).flatMap((each) => each.files.map((file) => file.name));
    assert.deepEqual(names.sort(), ["one.png", "two.csv"]);
    const { file } = await client.files.info({ file: replies[1].files.find((each) => each.name === "one.png").id });
    const bytes = await fetch(file.url_private_download, { headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.deepEqual(Buffer.from(await bytes.arrayBuffer()), PIXEL);
  },

  async "pages of results are walked to the last one"() {
    const names = [];
    for await (const page of client.paginate("users.list", { limit: 1 }))
      names.push(...page.members.map((it) => it.id));
    assert.equal(new Set(names).size, 4);
    const channels = [];
    for await (const page of client.paginate("conversations.list", { limit: 1 })) channels.push(...page.channels);
    assert.equal(channels.length, 2);
    let messages = 0;
    for await (const page of client.paginate("conversations.history", { channel: CHANNEL, limit: 2 })) {
      messages += page.messages.length;
    }
    assert.equal(messages, (await client.conversations.history({ channel: CHANNEL, limit: 200 })).messages.length);
  },

  async "views are published, and a trigger that is none is refused"() {
    const text = { type: "plain_text", text: "Home" };
    const home = await client.views.publish({
      user_id: USER,
      view: { type: "home", blocks: [{ type: "header", text }] },
    });
    assert.equal(home.view.type, "home");
    const view = { type: "modal", title: text, blocks: [{ type: "section", text }] };
    const error = await refused(() => client.views.open({ trigger_id: "1.2.3", view }));
    assert.equal(error.data.error, "invalid_trigger_id");
    const broken = await refused(() => client.views.publish({ user_id: USER, view: { type: "home", blocks: [{}] } }));
    assert.equal(broken.data.error, "invalid_arguments");
    assert.ok(broken.data.response_metadata.messages.length > 0);
  },

  async "reactions, pins and people"() {
    const { ts } = await client.chat.postMessage({ channel: CHANNEL, text: "Pin me" });
    await client.reactions.add({ channel: CHANNEL, timestamp: ts, name: "eyes" });
    await client.pins.add({ channel: CHANNEL, timestamp: ts });
    const { items } = await client.pins.list({ channel: CHANNEL });
    assert.ok(items.some((item) => item.message.ts === ts));
    const { user } = await client.users.info({ user: USER, include_locale: true });
    assert.equal(user.locale, "en-US");
    const { channel } = await client.conversations.open({ users: USER });
    assert.match(channel.id, /^D/);
  },

  async "what Slack refuses has its code"() {
    const cases = [
      [() => client.chat.postMessage({ channel: "C0NOWHERE1", text: "x" }), "channel_not_found"],
      [() => client.chat.postMessage({ channel: CHANNEL, text: "", blocks: [] }), "no_text"],
      [() => client.chat.postMessage({ channel: CHANNEL, text: "x", blocks: [{ type: "section" }] }), "invalid_blocks"],
      [() => client.chat.update({ channel: CHANNEL, ts: "1.000001", text: "x" }), "message_not_found"],
      [() => client.users.lookupByEmail({ email: "nobody@example.com" }), "users_not_found"],
      [() => client.conversations.history({ channel: CHANNEL, cursor: "nonsense" }), "invalid_cursor"],
      [() => client.apiCall("no.such.method"), "unknown_method"],
      [() => new WebClient("xoxb-wrong", { slackApiUrl: api }).auth.test(), "invalid_auth"],
    ];
    for (const [call, code] of cases) {
      const error = await refused(call);
      assert.equal(error.code, ErrorCode.PlatformError, code);
      assert.equal(error.data.error, code);
    }
  },

  async "a rate limit is waited for, or told with its seconds"() {
    await fault({ kind: "ratelimit", method: "chat.postMessage", retry_after: 1 });
    const posted = await client.chat.postMessage({ channel: CHANNEL, text: "After the limit" });
    assert.equal(posted.ok, true);
    await fault({ kind: "ratelimit", method: "auth.test", retry_after: 7 });
    const strict = new WebClient(TOKEN, { slackApiUrl: api, rejectRateLimitedCalls: true });
    const error = await refused(() => strict.auth.test());
    assert.equal(error.code, ErrorCode.RateLimitedError);
    assert.equal(error.retryAfter, 7);
  },

  async "an answer of a proxy is tried again, and told when it stays"() {
    await fault({ kind: "http", method: "auth.test", status: 503, times: 1 });
    assert.equal((await client.auth.test()).ok, true);
    await fault({ kind: "http", method: "auth.test", status: 502, times: 3 });
    const error = await refused(() => client.auth.test());
    assert.ok([ErrorCode.HTTPError, ErrorCode.RequestError].includes(error.code), error.code);
  },

  async "what people do is read back"() {
    const posted = await act("post", { text: "Typed by a person" });
    const { messages } = await client.conversations.history({
      channel: CHANNEL,
      latest: posted.ts,
      inclusive: true,
      limit: 1,
    });
    assert.equal(messages[0].text, "Typed by a person");
    assert.ok((await read("history")).messages.some((each) => each.ts === posted.ts));
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok ${name}`);
}

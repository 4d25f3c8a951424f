// Four people in one room: one in Chromium and one in Firefox with this chat, and two
// with matrix-js-sdk, in Node and in a page. And what their homeserver has stored then.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { missing as noPeers, startPeer } from "../../../internal/testserver/peer/start.mjs";
import { password } from "../../../internal/testserver/server.mjs";
import { decrypt, encrypt } from "./attachment.mjs";
import chromium from "./drivers/chromium.mjs";
import { until } from "./drivers/driver.mjs";
import firefox from "./drivers/firefox.mjs";
import { extent, filesWith } from "./leaks.mjs";
import { by, byText } from "./person.mjs";
import { noServer, World } from "./world.mjs";

const missing = (browser) => (browser.find() ? false : `${browser.name} is ${browser.missing}`);
const skip = noServer || noPeers || missing(chromium) || missing(firefox);

describe("four people, by four programs", { skip }, () => {
  let world, browsers, alice, bob, carol, dave, client, room;
  const said = {
    alice: "alice speaks of otters",
    bob: "bob speaks of herons",
    carol: "carol speaks of newts",
    dave: "dave speaks of toads",
  };
  const secrets = [...Object.values(said), "otter-by-alice.png", "newt-by-carol.txt", "what newts know of ponds"];

  before(async () => {
    world = await World.begin();
    for (const name of ["alice", "bob", "carol", "dave"]) await world.register(name);
    browsers = await Promise.all([chromium, firefox].map((browser) => browser.open(browser.find())));
    [alice, bob] = [await world.enter(browsers[0], "alice"), await world.enter(browsers[1], "bob")];
    carol = await startPeer(world.server, "carol");
    dave = await startPeer(world.server, "dave", { inPage: true });
    client = await world.server.login("carol", password);
  });
  after(async () => {
    await Promise.all([carol?.stop(), dave?.stop()]);
    await world?.end();
    await Promise.all(browsers?.map((browser) => browser.close()) ?? []);
  });

  test("all read what all write", async () => {
    for (const peer of [carol, dave]) await peer.call("bootstrap");
    await alice.makeRoom("Pond", "bob", "carol", "dave");
    await bob.accept("Pond");
    room = Object.keys((await client.sync()).rooms.invite)[0];
    for (const peer of [carol, dave]) await peer.call("join", room);
    for (const person of [alice, bob]) for (const name of ["carol", "dave"]) await person.reads(`${name} joined`);
    for (const peer of [carol, dave]) for (const name of ["alice", "bob"]) await peer.call("waitForMember", room, `@${name}:test`, "join");

    for (const person of [alice, bob]) await person.write(said[person.name]);
    await carol.call("send", room, said.carol);
    await dave.call("send", room, said.dave);
    for (const body of Object.values(said)) {
      for (const person of [alice, bob]) await person.reads(body);
      for (const peer of [carol, dave]) {
        const event = await peer.call("waitForMessage", room, body);
        assert.ok(event.encrypted);
        assert.equal(event.shield, "none", `${peer.userId} sees a shield: ${event.shieldReason}`);
      }
    }
  });

  test("replies and edits are what they are for others", async () => {
    await bob.page.click(by("button", `Reply: ${said.carol}`));
    await bob.write("bob answers carol");
    const answer = await carol.call("waitForMessage", room, "bob answers carol");
    assert.ok(answer.content["m.relates_to"]["m.in_reply_to"].event_id);
    secrets.push("bob answers carol", "bob has thought again");
    await bob.edits("bob answers carol", "bob has thought again");
    const edit = await carol.call("waitForMessage", room, "* bob has thought again");
    assert.equal(edit.content["m.relates_to"].event_id, answer.eventId);
  });

  test("files come through both ways", async () => {
    const picture = await world.picture("otter-by-alice.png");
    await alice.sends(picture);
    await bob.sees(by("img", "otter-by-alice.png"));
    for (const peer of [carol, dave]) {
      const { content } = await peer.call("waitForMessage", room, "otter-by-alice.png");
      const address = content.file.url.replace("mxc://", "");
      const answer = await fetch(`${world.server.url}/_matrix/client/v1/media/download/${address}`, { headers: { authorization: `Bearer ${client.accessToken}` } });
      assert.deepEqual(decrypt(Buffer.from(await answer.arrayBuffer()), content.file), await readFile(picture));
    }

    const { data, file } = encrypt(Buffer.from("what newts know of ponds"));
    const headers = { authorization: `Bearer ${client.accessToken}`, "content-type": "application/octet-stream" };
    const upload = await fetch(`${world.server.url}/_matrix/media/v3/upload`, { method: "POST", headers, body: data });
    const { content_uri: url } = await upload.json();
    const content = { msgtype: "m.file", body: "newt-by-carol.txt", info: { mimetype: "text/plain", size: data.length }, file: { ...file, url } };
    await carol.call("sendEvent", room, "m.room.message", content);
    for (const person of [alice, bob]) {
      const text = await person.catches(() => person.page.click(by("button", "Download newt-by-carol.txt")));
      assert.equal(text, "what newts know of ponds");
    }
  });

  test("what was sent without encryption is shown so", async () => {
    await client.sendEvent(room, "m.room.message", { msgtype: "m.text", body: "for everybody to read" });
    await alice.reads("for everybody to read");
    await alice.sees(byText("Not encrypted"));
  });

  test("the homeserver has stored nothing that was encrypted in the clear", async (t) => {
    const { folder } = world.server;
    await world.server.stop();
    for (const secret of secrets) assert.deepEqual(await filesWith(folder, secret), [], secret);
    const open = await filesWith(folder, "for everybody to read");
    assert.ok(open.length > 0, "what was sent unencrypted is found");
    const { files, bytes } = await extent(folder);
    t.diagnostic(`${secrets.length} texts are in none of ${files} files with ${bytes} bytes; the one that was sent unencrypted is in ${open.length}`);
    await until("the chat says so", () => alice.page.has(byText("Connecting to the server…")));
  });
});

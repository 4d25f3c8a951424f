// The story that every browser plays: two people, their devices, and who can read what.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { password } from "../../../internal/testserver/server.mjs";
import { until } from "./drivers/driver.mjs";
import { by, byText } from "./person.mjs";
import { noServer, World } from "./world.mjs";

/** Declares the story in a browser, or says why it is skipped. */
export async function story(browserType) {
  const { name, missing, find, open } = browserType;
  const executable = find();
  if (!executable || noServer) return describe(`in ${name}`, { skip: noServer || missing }, () => {});
  const browser = await open(executable);
  describe(`in ${name} ${browser.version}`, () => declare(browser));
}

function declare(browser) {
  let world, alice, bob, carol, second, device;
  let failed = false;
  /** Each step needs those before it. */
  const step = (name, act) =>
    test(name, async (t) => {
      if (failed) return t.skip("a step before has failed");
      failed = true;
      await act();
      failed = false;
    });

  before(async () => {
    world = await World.begin();
    for (const name of ["alice", "bob", "carol"]) await world.register(name);
  });
  after(async () => {
    await world?.end();
    await browser.close();
  });

  step("two people meet in an encrypted room and write to each other", async () => {
    [alice, bob] = [await world.enter(browser, "alice"), await world.enter(browser, "bob")];
    await alice.makeRoom("Pond", "bob");
    await bob.accept("Pond");
    await alice.sees(byText("bob joined"));
    await alice.write("Hello bob");
    await bob.reads("Hello bob");
    await bob.write("Hello alice");
    await alice.reads("Hello alice");
    await bob.sees(by("link", /^Encrypted: Encrypted, by a device that its owner has signed/));
  });

  step("somebody registers, after having asked for a name that is taken, and takes part", async () => {
    const dora = await world.join(browser, "dora", "alice");
    await dora.makeRoom("Reeds", "bob");
    await bob.accept("Reeds");
    await dora.sees(byText("bob joined"));
    await dora.write("Dora is new here");
    await bob.reads("Dora is new here");
    await bob.openRoom("Pond");
  });

  step("replies, edits and deleted messages are shown as such", async () => {
    await bob.page.click(by("button", "Reply: Hello bob"));
    await bob.write("What is it?");
    await until("the reply quotes", async () => /You Hello bob\s+What is it\?/.test(await alice.conversation()));
    await alice.edits("Hello bob", "Hello, dear bob");
    await bob.reads("Hello, dear bob");
    await bob.reads("edited");
    await alice.write("A slip");
    await bob.reads("A slip");
    await alice.page.click(by("button", "Delete: A slip"));
    await bob.reads("This message was deleted.");
    await bob.cannotRead("A slip");
  });

  step("pictures and files come through", async () => {
    await alice.sends(await world.picture("frog.png"));
    await bob.sees(by("img", "frog.png"));
    await until("the picture is there", () => bob.page.evaluate(`document.querySelector('img[alt="frog.png"]').naturalWidth === 320`));
    await bob.sends(await world.file("song.txt", "ribbit"));
    await alice.sees(by("button", "Download song.txt"));
    const text = await alice.catches(() => alice.page.click(by("button", "Download song.txt")));
    assert.equal(text, "ribbit");
  });

  step("after the pages are loaded again, both go on", async () => {
    for (const person of [alice, bob]) {
      await person.page.reload();
      await person.openRoom("Pond");
      await person.reads("Hello alice");
    }
    await alice.write("Still here");
    await bob.reads("Still here");
    await bob.write("So am I");
    await alice.reads("So am I");
  });

  step("a second device is told why it cannot read yet", async () => {
    second = await world.enter(browser, "alice");
    await second.sees(byText("This device is not verified, so nobody gives it keys yet."));
    await second.openRoom("Pond");
    await second.reads("The key for this message has not come to this device.");
    await second.cannotRead("So am I");
    await bob.write("The frog is unknown");
    await second.reads("Verify this one from another of your devices");
    await second.cannotRead("The frog is unknown");
  });

  step("it is verified from the first, and reads from then on; what it missed it is given", async () => {
    await second.page.click(byText("This device is not verified"));
    device = await second.page.evaluate(`document.querySelector(".banner b").textContent`);
    await alice.openPanel("People", "People");
    await alice.page.click(byText("@alice:test"));
    await alice.sees(by("region", `Device ${device}`));
    await alice.page.click(by("button", `Verify ${device}`));
    await alice.page.click(by("button", "It is the same"));
    await alice.closePanel();
    await second.seesNot(byText("This device is not verified"));
    await bob.write("The frog is known");
    await second.reads("The frog is known");
    await second.cannotRead("Hello, dear bob");
    await second.page.click(by("button", "Compare"));
    await second.page.click(by("button", "It is the same"));
    await second.reads("Hello, dear bob");
    await second.reads("The frog is unknown");
  });

  step("keys from a file make old messages readable", async () => {
    await alice.openPanel("Security and account", "Security and account");
    await alice.page.fill(by("password", "Passphrase of the file"), "a long passphrase");
    const keys = await alice.catches(() => alice.page.click(by("button", "Export")));
    await alice.closePanel();
    const third = await world.enter(browser, "alice");
    await third.openRoom("Pond");
    await third.cannotRead("Hello, dear bob");
    await third.openPanel("Security and account", "Security and account");
    await third.page.fill(by("password", "Passphrase of the file"), "a long passphrase");
    await third.page.choose(by("file", "File with keys"), await world.file("keys.txt", keys));
    await third.sees(byText("new here"));
    await third.closePanel();
    await third.reads("So am I");
    await third.reads("Hello, dear bob");
    await third.sees(by("link", /^Not certain: The key came from a file/));
  });

  step("that a device of somebody else was verified can be taken back", async () => {
    await bob.openPanel("People", "People");
    await bob.page.click(byText("@alice:test"));
    await bob.sees(by("region", `Device ${device}`));
    await bob.page.click(by("button", `Verify ${device}`));
    await bob.page.click(by("button", "It is the same"));
    await bob.page.click(by("button", `Unverify ${device}`));
    await bob.sees(by("button", `Verify ${device}`));
    await bob.closePanel();
  });

  step("a blocked device reads nothing", async () => {
    await bob.openPanel("People", "People");
    await bob.page.click(byText("@alice:test"));
    await bob.sees(by("region", `Device ${device}`));
    await bob.page.click(by("button", `Block ${device}`));
    await bob.sees(byText("Blocked: it gets no keys"));
    await bob.closePanel();
    await bob.write("Not for the frog");
    await alice.reads("Not for the frog");
    await second.reads("The sender has blocked this device.");
    await second.cannotRead("Not for the frog");
  });

  step("who has left reads nothing new", async () => {
    carol = await world.enter(browser, "carol");
    await alice.openPanel("People", "People");
    await alice.page.fill(by("textbox", "User to invite"), "@carol:test");
    await alice.page.click(by("button", "Invite"));
    await carol.accept("Pond");
    await alice.closePanel();
    await alice.write("Welcome carol");
    await carol.reads("Welcome carol");
    await carol.cannotRead("Still here");
    const before = await encrypted(world, alice);
    await carol.openPanel("People", "People");
    await carol.page.click(by("button", "Leave the room"));
    await carol.seesNot(by("button", "Pond"));
    await alice.reads("carol left");
    await alice.write("Without carol");
    await bob.reads("Without carol");
    const after = await encrypted(world, alice);
    assert.notEqual(after.content.session_id, before.content.session_id, "the key that carol had is used no more");
  });

  step("how a message was encrypted can be seen, the ciphertext beside the plaintext", async () => {
    await alice.page.click(by("button", "How encrypted: Without carol"));
    await alice.sees(by("complementary", "How this message was encrypted"));
    const read = () => alice.page.read(by("complementary", "How this message was encrypted"));
    const panel = await until("the devices that got the key are told", async () => /over Olm, (new|known) session/.test(await read()) && read());
    const event = await encrypted(world, alice);
    for (const part of ["Without carol", event.content.ciphertext, event.content.session_id, "bob", "over Olm"]) assert.ok(panel.includes(part), part);
    assert.ok(!panel.includes("carol got"), "carol's device is none of the recipients");
  });

  step("logging out deletes what was kept", async () => {
    await bob.openPanel("Security and account", "Security and account");
    await bob.page.click(by("button", "Log out"));
    await bob.page.click(by("button", "Log out and delete the keys"));
    await bob.sees(byText("You are logged out, and what was kept in this browser is deleted."));
    const names = await bob.page.evaluate("indexedDB.databases ? indexedDB.databases().then((all) => all.map(({ name }) => name)) : []");
    assert.deepEqual(names, []);
  });
}

/** The latest encrypted event of the room, as the homeserver has it. */
async function encrypted(world, { name }) {
  const client = await world.server.login(name, password);
  const { rooms } = await client.sync();
  await client.ask("POST", "/_matrix/client/v3/logout", {});
  return Object.values(rooms.join)[0].timeline.events.findLast(({ type }) => type === "m.room.encrypted");
}

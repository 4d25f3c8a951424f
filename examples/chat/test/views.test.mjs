// The main views, light and dark, wide and narrow: nothing sticks out, and everything
// that can be pressed has a name. With VIEWS=folder the pictures are kept there, as
// those in docs/chat were.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import chromium from "./drivers/chromium.mjs";
import { by, byText } from "./person.mjs";
import { noServer, World } from "./world.mjs";

const skip = noServer || (chromium.find() ? false : chromium.missing);
const wide = { width: 1180, height: 760 };
const narrow = { width: 390, height: 780 };

/** What is wrong with a page, seen from outside. It runs there. */
function faults() {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide, but there are ${innerWidth}`);
  for (const element of document.querySelectorAll("button, input:not([hidden]), textarea, a[href], img")) {
    const label = element.getAttribute("aria-label") ?? element.getAttribute("alt") ?? [...(element.labels ?? [])].map((label) => label.textContent).join();
    if (element.getAttribute("alt") !== "" && !`${label}${element.textContent}`.trim()) found.push(`no name: ${element.outerHTML.slice(0, 80)}`);
  }
  return found;
}

describe("the main views", { skip }, () => {
  let world, browser, alice, bob, folder;

  before(async () => {
    world = await World.begin();
    folder = process.env.VIEWS ?? world.folder;
    await mkdir(folder, { recursive: true });
    for (const name of ["alice", "bob"]) await world.register(name);
    browser = await chromium.open(chromium.find());
    alice = await world.enter(browser, "alice", { viewport: wide, colorScheme: "light" });
    bob = await world.enter(browser, "bob", { viewport: wide });
    await converse();
  });
  after(async () => {
    await world?.end();
    await browser?.close();
  });

  async function converse() {
    for (const name of ["The lake", "Family"]) await alice.makeRoom(name);
    await alice.makeRoom("The pond", "bob");
    await bob.accept("The pond");
    await bob.makeRoom("Sunday walk", "alice");
    await bob.openRoom("The pond");
    await alice.reads("bob joined");
    const lines = [
      [alice, "I was at the pond last night. You should have seen it!"],
      [bob, "Did you bring a picture?"],
    ];
    for (const [person, line] of lines) {
      await person.write(line);
      for (const reader of [alice, bob]) await reader.reads(line);
    }
    await alice.sends(await world.picture("pond.png"));
    await bob.sees(by("img", "pond.png"));
    await bob.page.click(by("button", "Reply: I was at the pond last night. You shoul…"));
    await bob.write("Next time I'll come along.");
    await alice.reads("Next time I'll come along.");
    await alice.write("Gladly. And nobody but us knows when.");
    await bob.reads("Gladly. And nobody but us knows when.");
  }

  /** Looks at a view in all four ways. */
  async function look(name, person) {
    const { page } = person.page;
    for (const [size, viewport] of Object.entries({ wide, narrow })) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(200); // the lists find their place
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
        assert.deepEqual(await page.evaluate(faults), [], `${name}, ${size}, ${colorScheme}`);
      }
    }
    await page.setViewportSize(wide);
    await page.emulateMedia({ colorScheme: "light" });
  }

  test("a conversation", () => look("conversation", alice));

  test("how a message was encrypted", async () => {
    await alice.page.click(by("button", "How encrypted: Gladly. And nobody but us knows when."));
    await alice.sees(byText("The server saw"));
    await look("encryption", alice);
    await alice.closePanel();
  });

  test("the people of a room", async () => {
    await alice.openPanel("People", "People");
    await alice.page.click(byText("@bob:test"));
    await alice.sees(byText("Not verified yet"));
    await look("people", alice);
    await alice.closePanel();
  });

  test("security", async () => {
    await alice.openPanel("Security and account", "Security and account");
    await alice.sees(byText("records,"));
    await look("security", alice);
    await alice.closePanel();
  });

  test("registering and the rooms, on a phone", async () => {
    const carol = await world.join(browser, "carol", "alice", { viewport: narrow });
    await carol.makeRoom("The reeds");
    await carol.page.click(by("button", "Back to the rooms"));
    await look("rooms", carol);
  });

  test("logging in", async () => {
    await bob.openPanel("Security and account", "Security and account");
    await bob.page.click(by("button", "Log out"));
    await bob.page.click(by("button", "Log out and delete the keys"));
    await bob.sees(by("button", "Log in"));
    await look("login", bob);
    await bob.page.click(by("button", "I have no account yet"));
    await look("register", bob);
  });
});

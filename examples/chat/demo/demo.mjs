// What `make demo` runs once everything is built: a homeserver, the chat, two people and
// a conversation that has begun. At a terminal it waits for you to join in; without one,
// or with DEMO=once, it plays the story by itself and prints what was seen.
import { serveChat } from "./serve.mjs";
import { openServer } from "./people.mjs";
import { begin } from "./phones.mjs";
import { playStory } from "./story.mjs";

const say = (line = "") => console.log(line);
const once = process.env.DEMO === "once" || !process.stdin.isTTY || !process.stdout.isTTY;

const opened = [];
/** Notes what is to be stopped in the end. */
const open = async (what) => opened.push(what) && what;

async function stop() {
  for (const what of opened.splice(0).reverse()) await what.close();
}

async function invite(server) {
  const [alice, bob] = [await server.person("alice"), await server.person("bob")];
  const phones = await open(await begin(server.url, alice, bob, say));
  say();
  for (const [name, person] of Object.entries({ alice, bob })) {
    const chat = await open(await serveChat());
    const entry = new URLSearchParams({ homeserver: server.url, user: person.name, password: person.password });
    say(`  ${person.name}:  ${chat.url}#${entry}`);
    say(`          whose phone shows this identity: ${phones.identities[name]}`);
    say();
  }
  say("Open both addresses, in one browser or in two, and write to each other. Each is a");
  say("new device, which the phone of its person, played here, verifies. To be given what");
  say("was said before, press “Compare” there. Ctrl-C stops everything.");
  await Promise.race([new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve)), phones.failed]);
}

try {
  const server = await open(await openServer(process.env.HOMESERVER, say));
  if (once) await playStory(server, say);
  else await invite(server);
} catch (error) {
  console.error(`\ndemo: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop();
  if (!once) say("\nEverything is stopped.");
}

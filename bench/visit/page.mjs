// What a page does with a contestant when somebody comes for the first time: it opens a
// device, whose state is kept in IndexedDB, publishes its keys, and reads the first
// message. See server.mjs for whom it speaks to.

const store = { name: "visit", key: crypto.getRandomValues(new Uint8Array(32)) };

/** Asks the server, which answers everything in JSON. */
async function ask(path, request) {
  const response = await fetch(path, request && { method: "POST", body: JSON.stringify(request) });
  return response.json();
}

/** Notes what was read, and the milliseconds since the browser was asked for the page. */
export async function visit({ init, open }, { userId, deviceId, wasm }) {
  await init({ rustURL: wasm });
  const device = await open({ userId, deviceId, store });
  for (const request of await device.requests()) {
    const answer = await ask("request", { kind: request.kind, body: device.unpack(request.body) });
    await device.markSent(request, device.pack(answer));
  }
  const { sync, room, event } = await ask("sync");
  await device.receive(device.packSync(sync));
  const { content } = device.unpack(await device.decrypt(room, device.pack(event)));
  globalThis.visited = { time: performance.now(), body: content.body };
}

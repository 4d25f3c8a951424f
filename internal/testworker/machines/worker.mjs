// A Worker with a machine in each of its objects.
import { init, OlmMachine } from "mudpuppy";
import { d1Store, durableStore } from "mudpuppy/cloudflare";

export class Device {
  constructor({ storage }, env) {
    this.storage = storage;
    this.env = env;
  }

  async open(name) {
    await init();
    const store = this.env.KIND === "d1" ? d1Store(this.env.DB, { name }) : durableStore(this.storage);
    return OlmMachine.open({ userId: `@${name}:test`, deviceId: name, store, key: new Uint8Array(32).fill(7) });
  }

  /** Notes something in the machine, says all that was noted, and whose machine it is. */
  async fetch(request) {
    const [, name, number] = new URL(request.url).pathname.split("/");
    const machine = await (this.machine ??= this.open(name));
    await machine.setRoomSettings(`!${number}:${name}`, { rotationPeriodMessages: 1 + Number(number) });
    const kept = [];
    for (let i = 0; i <= Number(number); i++) kept.push((await machine.roomSettings(`!${i}:${name}`)).rotationPeriodMessages);
    const [upload] = await machine.outgoingRequests();
    return Response.json({ userId: upload.body.device_keys.user_id, curve25519: machine.identityKeys.curve25519, kept });
  }
}

export default {
  fetch(request, env) {
    return env.DEVICE.getByName(new URL(request.url).pathname.split("/")[1]).fetch(request);
  },
};

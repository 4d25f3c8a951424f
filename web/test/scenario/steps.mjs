// What "works" means, the same in every browser, runtime and bundle: two
// accounts, an Olm session, a Megolm key that goes over it, a room message,
// pickles, errors; a whole device, and a file. Nothing is used here that some of those
// places lack.

/**
 * Plays all steps with what the entries of the package export, and returns their
 * names, each with the error that it ended in, if any.
 *
 * @param {typeof import("mudpuppy/olm")} olm
 * @param {typeof import("mudpuppy/libolm")} Olm
 * @param {typeof import("mudpuppy")} mudpuppy
 * @param {{ olm: InitOptions, device: InitOptions }} [options] for the two functions init
 * @returns {Promise<{ name: string, error?: string }[]>}
 */
export async function playSteps(olm, Olm, mudpuppy, options) {
  const results = [];
  for (const [name, step] of Object.entries(stepsOf(olm, Olm, mudpuppy, options))) {
    try {
      await step();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: `${error?.code ?? error?.name}: ${error?.message} ${error?.cause ?? ""}` });
    }
  }
  return results;
}

/** The names of all steps, so that none can be lost on its way here. */
export const stepNames = Object.keys(stepsOf({}, {}, {}));

function stepsOf(olm, Olm, mudpuppy, options) {
  const { Account, InboundGroupSession, MudpuppyError, OutboundGroupSession, Session } = olm;
  const pickleKey = new Uint8Array(32).fill(7);
  let kernel, alice, bob, toBob, toAlice, room, bobsRoom;

  return {
    async "init loads the module"() {
      kernel = watchKernel();
      await olm.init(options?.olm);
      await olm.init(); // which changes nothing
      equal(olm.isSupported(), true);
    },
    "an Olm message reaches an account that has published a one-time key"() {
      alice = new Account();
      bob = new Account();
      bob.generateOneTimeKeys(1);
      const [{ key }] = bob.oneTimeKeys();
      bob.markKeysAsPublished();
      olm.ed25519Verify(bob.identityKeys.ed25519, key, bob.sign(key));
      toBob = alice.createOutboundSession(bob.identityKeys.curve25519, key);
      const { session, plaintext } = bob.createInboundSession(alice.identityKeys.curve25519, toBob.encrypt("Hello Bob"));
      toAlice = session;
      equal(text(plaintext), "Hello Bob");
      equal(toAlice.sessionId, toBob.sessionId);
    },
    "pickles of accounts and sessions are read back"() {
      bob = Account.unpickle(bob.pickle(pickleKey), pickleKey);
      equal(bob.oneTimeKeyCount, 0);
      toAlice = Session.unpickle(toAlice.pickle(pickleKey), pickleKey);
      toBob = Session.unpickleLibolm(toBob.pickleLibolm("secret"), "secret");
      equal(text(toBob.decrypt(toAlice.encrypt("Hello Alice"))), "Hello Alice");
    },
    "the key of a Megolm session goes over Olm"() {
      room = new OutboundGroupSession();
      bobsRoom = new InboundGroupSession(text(toAlice.decrypt(toBob.encrypt(room.sessionKey()))));
      equal(bobsRoom.sessionId, room.sessionId);
    },
    "a message to the room is decrypted, and the next one after pickling"() {
      const long = "Hällo 🐟 ".repeat(10_000);
      const first = bobsRoom.decrypt(room.encrypt(long));
      equal(first.messageIndex, 0);
      equal(text(first.plaintext), long);
      room = OutboundGroupSession.unpickle(room.pickle(pickleKey), pickleKey);
      bobsRoom = InboundGroupSession.unpickle(bobsRoom.pickle(pickleKey), pickleKey);
      const second = bobsRoom.decrypt(room.encrypt(new Uint8Array([0, 255])));
      equal(second.messageIndex, 1);
      equal(String(second.plaintext), "0,255");
    },
    "errors are of the class and have the code that is documented"() {
      const message = toBob.encrypt("once");
      toAlice.decrypt(message);
      const fails = (code, call) => {
        const error = thrown(call);
        equal(error instanceof MudpuppyError, true);
        equal(error.code, code);
      };
      fails("ERR_MESSAGE_KEY_GONE", () => toAlice.decrypt(message));
      fails("ERR_PICKLE_KEY", () => Account.unpickle(bob.pickle(pickleKey), new Uint8Array(32)));
      fails("ERR_ARGUMENT", () => alice.sign(1));
      alice.free();
      fails("ERR_FREED", () => alice.identityKeys);
    },
    async "mudpuppy/libolm does it by libolm's names"() {
      await Olm.init(options);
      equal(Olm.get_library_version().join("."), "3.2.15");
      const account = new Olm.Account();
      account.create();
      const pickle = account.pickle("secret");
      equal(Account.unpickleLibolm(pickle, "secret").identityKeys.ed25519, JSON.parse(account.identity_keys()).ed25519);
      equal(thrown(() => account.unpickle("wrong", pickle)).message, "OLM.BAD_ACCOUNT_KEY");
      const [sender, receiver] = [new Olm.OutboundGroupSession(), new Olm.InboundGroupSession()];
      sender.create();
      receiver.create(sender.session_key());
      equal(receiver.decrypt(sender.encrypt("Hello room")).plaintext, "Hello room");
      for (const object of [account, sender, receiver]) object.free();
    },
    "Go found the vector kernel for AES, and called it"() {
      equal(kernel.attached, true);
      equal(kernel.calls > 0, true);
    },
    async "a device makes its keys, and reads what it wrote before it was closed"() {
      await mudpuppy.init(options?.device);
      equal((await deviceThatComesBack(mudpuppy)).body, "Hello again");
    },
    async "a file is encrypted, and read by what its message says: as a blob, and as a stream"() {
      const { decryptAttachment, encryptAttachment, encryptAttachmentStream } = mudpuppy;
      const plain = new Blob(["Hällo 🐟 ".repeat(100_000)]);
      const { data, file } = await encryptAttachment(plain);
      const said = JSON.parse(JSON.stringify({ ...file, url: "mxc://example.org/file" }));
      equal(await (await decryptAttachment(data, said)).text(), await plain.text());
      const streamed = encryptAttachmentStream(plain.stream());
      const stored = await new Response(streamed.data).blob();
      equal(await (await decryptAttachment(stored.stream(), await streamed.file)).text(), await plain.text());
      equal(await decryptAttachment(stored, file).catch(({ code }) => code), "ERR_ATTACHMENT_HASH");
    },
  };
}

/** Listens to what Go asks its host for. The next instance that is made is watched. */
function watchKernel() {
  const { instantiate } = WebAssembly;
  const seen = { attached: false, calls: 0 };
  WebAssembly.instantiate = (source, imports) => {
    const host = imports.mudpuppy;
    if (host) {
      WebAssembly.instantiate = instantiate;
      const { aes_kernel_attached, aes_cbc_encrypt } = host;
      host.aes_kernel_attached = () => Number((seen.attached = aes_kernel_attached() === 1));
      host.aes_cbc_encrypt = (...args) => {
        seen.calls++;
        return aes_cbc_encrypt(...args);
      };
    }
    return instantiate.call(WebAssembly, source, imports);
  };
  return seen;
}

function equal(got, want) {
  if (!Object.is(got, want)) throw new Error(`got ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}

function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const text = (bytes) => new TextDecoder().decode(bytes);

/** Has a device write to a room that nobody else is in, closes it, and returns what it reads later. */
async function deviceThatComesBack({ memoryStore, OlmMachine }) {
  const [userId, deviceId, roomId, store, key] = ["@alice:example.org", "DEVICE", "!room:example.org", memoryStore(), new Uint8Array(32)];
  const open = () => OlmMachine.open({ userId, deviceId, store, key, policy: "all_devices" });
  const machine = await open();
  const answers = { keys_upload: { one_time_key_counts: { signed_curve25519: 50 } }, to_device: {}, keys_claim: { one_time_keys: {} } };
  await machine.setRoomSettings(roomId, {});
  for (let i = 0; i < 5 && !(await machine.shareRoomKey(roomId, [userId])).ready; i++) {
    for (const { id, kind, body } of await machine.outgoingRequests()) {
      answers.keys_query ??= { device_keys: { [userId]: { [deviceId]: body.device_keys } } }; // of the upload, which comes first
      await machine.markSent(id, answers[kind]);
    }
  }
  const content = await machine.encrypt(roomId, "m.room.message", { body: "Hello again" });
  await machine.close();
  const later = await open();
  const event = { type: "m.room.encrypted", event_id: "$event", sender: userId, origin_server_ts: Date.now(), content };
  const decrypted = await later.decrypt(roomId, event);
  await later.close();
  return decrypted.event.content;
}

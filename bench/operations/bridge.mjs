// What a call from JavaScript into Go costs, by functions that do nothing (see
// ../probe), and an operation through the public API and within Go.

import { equals, text } from "./common.mjs";

const plaintext = text(100);

const call = (id, title, subject) => ({ id: `bridge-${id}`, title, contestants: { probe: subject } });

export const bridge = [
  call("empty", "Empty call", ({ nothing }) => ({ run: () => nothing() })),
  call("empty-secret", "Empty call that may touch secrets", ({ nothingSecret }) => ({ run: () => nothingSecret() })),
  call("echo", "100 characters in and out", ({ echo }) => ({ run: () => echo(plaintext), check: equals(plaintext) })),
  call("echo-secret", "100 characters in and out, as secrets", ({ echoSecret }) => ({
    run: () => echoSecret(plaintext),
    check: equals(plaintext),
  })),
  {
    id: "bridge-megolm",
    title: "Megolm encrypt 100 B",
    contestants: {
      mudpuppy(api) {
        const session = new api.OutboundGroupSession();
        session.create();
        return { run: () => session.encrypt(plaintext) };
      },
      probe: ({ encryptInside }) => ({ loop: (n) => encryptInside(n) }),
    },
  },
];

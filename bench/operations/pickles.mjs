// Saving and loading an account that has 50 one-time keys. Mudpuppy does both in
// its own format and in libolm's; libolm knows its own only.

import { bytes, equals, text } from "./common.mjs";

// Mudpuppy takes the key of its own format as bytes; libolm overwrites bytes that it is given.
const keyBytes = bytes(32);
const keyText = text(32);

function newAccount(api) {
  const account = new api.Account();
  account.create();
  account.generate_one_time_keys(50);
  return account;
}

/** Measures a method that pickles; unpickle is its inverse. */
const pickling = (pickle, unpickle, key = keyText) => (api) => {
  const account = newAccount(api);
  return {
    run: () => account[pickle](key),
    check(result) {
      const copy = new api.Account();
      copy[unpickle](key, result);
      equals(account.identity_keys())(copy.identity_keys());
    },
  };
};

/** Measures a method that unpickles. */
const unpickling = (pickle, unpickle, key = keyText) => (api) => {
  const account = newAccount(api);
  const pickled = account[pickle](key);
  return {
    run() {
      const copy = new api.Account();
      copy[unpickle](key, pickled);
      copy.free();
    },
  };
};

const libolm = ["pickle", "unpickle"];
const own = ["pickle", "unpickle", keyBytes];
const libolms = ["pickle_libolm", "unpickle_libolm"];

export const pickles = [
  {
    id: "pickle",
    title: "Pickle, own format",
    contestants: { mudpuppy: pickling(...own), libolm: pickling(...libolm) },
  },
  {
    id: "unpickle",
    title: "Unpickle, own format",
    cold: true,
    contestants: { mudpuppy: unpickling(...own), libolm: unpickling(...libolm) },
  },
  {
    id: "pickle-libolm",
    title: "Pickle, libolm's format",
    contestants: { mudpuppy: pickling(...libolms), libolm: pickling(...libolm) },
  },
  {
    id: "unpickle-libolm",
    title: "Unpickle, libolm's format",
    contestants: { mudpuppy: unpickling(...libolms), libolm: unpickling(...libolm) },
  },
];

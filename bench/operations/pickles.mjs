// Saving and loading an account that has 50 one-time keys. Mudpuppy does both in
// its own format and in libolm's; libolm knows its own only.

import { both, equals, text } from "./common.mjs";

const key = text(32);

function newAccount(api) {
  const account = new api.Account();
  account.create();
  account.generate_one_time_keys(50);
  return account;
}

/** Measures a method that pickles; unpickle is its inverse. */
const pickling = (pickle, unpickle) => (api) => {
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
const unpickling = (pickle, unpickle) => (api) => {
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

export const pickles = [
  { id: "pickle", title: "Pickle, own format", contestants: both(pickling("pickle", "unpickle")) },
  { id: "unpickle", title: "Unpickle, own format", cold: true, contestants: both(unpickling("pickle", "unpickle")) },
  {
    id: "pickle-libolm",
    title: "Pickle, libolm's format",
    contestants: {
      mudpuppy: pickling("pickle_libolm", "unpickle_libolm"),
      libolm: pickling("pickle", "unpickle"),
    },
  },
  {
    id: "unpickle-libolm",
    title: "Unpickle, libolm's format",
    contestants: {
      mudpuppy: unpickling("pickle_libolm", "unpickle_libolm"),
      libolm: unpickling("pickle", "unpickle"),
    },
  },
];

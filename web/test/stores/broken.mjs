// Stores that break one rule each, made from the one in README.md.
import { StoreError } from "mudpuppy/store";

const stale = () => new StoreError("ERR_STORE_STALE", "another owner has claimed it");
const tick = () => new Promise((resolve) => setTimeout(resolve));

/** Changes answers of a store on their way. */
const answering = (change) => (store) => ({ ...store, load: (query) => change(store.load(query), query, store) });

/** Changes what a store is to commit. */
const committing = (change) => (store) => ({ ...store, commit: (epoch, changes) => store.commit(epoch, change(changes, store)) });

/** The store's own epoch, at which it takes any commit. */
const present = (store) => store.load({ table: "meta" }).epoch;

const without = (record, ...names) => ({
  ...record,
  indexes: Object.fromEntries(Object.entries(record.indexes ?? {}).filter(([name]) => !names.includes(name))),
});

/** By rule, how to break it, and a case of the suite that must notice. */
export const broken = {
  "the epoch is compared": {
    by: (store) => ({ ...store, commit: (epoch, changes) => store.commit(changes.claim ? epoch : present(store), changes) }),
    case: "a stale owner changes nothing",
  },
  "the epoch of a claim is compared": {
    by: (store) => ({
      ...store,
      commit: (epoch, changes) => store.commit(changes.claim ? present(store) + 1 : epoch, changes),
    }),
    case: "claims",
  },
  "the epoch is compared in one step with the changes": {
    by: (store) => ({
      ...store,
      async commit(epoch, changes) {
        if (epoch !== present(store) + (changes.claim ? 1 : 0)) throw stale();
        await tick();
        store.commit(changes.claim ? present(store) + 1 : present(store), changes);
      },
    }),
    case: "of many claims at once each gets its own epoch",
  },
  "pages tell the epoch": {
    by: answering((page) => ({ ...page, epoch: Math.min(page.epoch, 1) })),
    case: "claims",
  },
  "a claim brings its changes": {
    by: committing((changes) => (changes.claim ? { ...changes, puts: [] } : changes)),
    case: "claims",
  },
  "room is left for a sealed store": {
    by: (store) => ({
      ...store,
      commit(epoch, changes) {
        store.commit(epoch, { ...changes, sealed: false });
      },
    }),
    case: "room for a sealed store",
  },
  "a commit is whole": {
    by: committing((changes) => ({ ...changes, puts: changes.puts.slice(0, Math.max(1, changes.puts.length >> 1)) })),
    case: "random changes",
  },
  "a commit that is refused leaves nothing": {
    by: (store) => ({
      ...store,
      commit(epoch, changes) {
        for (const put of changes.puts) {
          try {
            store.commit(present(store), { claim: false, relaxed: false, sealed: false, puts: [put], deletes: [] });
          } catch {}
        }
        return store.commit(epoch, changes);
      },
    }),
    case: "invalid changes change nothing",
  },
  "deletes are made": {
    by: committing((changes) => ({ ...changes, deletes: [] })),
    case: "replacing and deleting",
  },
  "deletes keep to their table": {
    by: committing((changes) => {
      const all = changes.deletes.flatMap(({ table, key }) => [{ table, key }, { table: "requests", key }]);
      return { ...changes, deletes: [...new Map(all.map((r) => [`${r.table} ${r.key}`, r])).values()] };
    }),
    case: "replacing and deleting",
  },
  "commits are kept when they return": {
    by: (store) => ({
      ...store,
      async commit(epoch, changes) {
        if (!changes.relaxed || changes.claim) return store.commit(epoch, changes);
        tick().then(() => store.commit(epoch, changes)).catch(() => {});
      },
    }),
    case: "the same store opened again",
  },
  "what is given is copied": {
    by: (store) => {
      const given = new Map(); // as it would be by keeping references
      return {
        load(query) {
          const page = store.load(query);
          for (const record of page.records) record.value = given.get(`${record.table} ${record.key}`) ?? record.value;
          return page;
        },
        commit(epoch, changes) {
          store.commit(epoch, changes);
          for (const record of changes.puts) given.set(`${record.table} ${record.key}`, record.value);
        },
      };
    },
    case: "what was given and loaded is copied",
  },
  "what is loaded is copied": {
    by: (store) => {
      const cache = new Map();
      return {
        load(query) {
          const page = store.load(query);
          for (const record of page.records) {
            const name = `${record.table} ${record.key}`;
            if (!cache.has(name)) cache.set(name, record.value);
            record.value = cache.get(name);
          }
          return page;
        },
        commit(epoch, changes) {
          store.commit(epoch, changes);
          for (const { table, key } of [...changes.puts, ...changes.deletes]) cache.delete(`${table} ${key}`);
        },
      };
    },
    case: "what was given and loaded is copied",
  },
  "values are bytes": {
    by: answering((page) => ({ ...page, records: page.records.map((r) => ({ ...r, value: [...r.value] })) })),
    case: "records come back as they were",
  },
  "values are whole": {
    by: committing((changes) => ({ ...changes, puts: changes.puts.map((r) => ({ ...r, value: r.value.slice(0, 65536) })) })),
    case: "the largest values and keys",
  },
  "keys differ by case": {
    by: (store) => {
      const fold = (ref) => ({ ...ref, key: ref.key.toLowerCase() });
      const folded = ({ puts, deletes, ...rest }) => ({
        ...rest,
        puts: [...new Map(puts.map((r) => [`${r.table} ${r.key.toLowerCase()}`, fold(r)])).values()],
        deletes: deletes.map(fold),
      });
      return { ...store, commit: (epoch, changes) => store.commit(epoch, folded(changes)) };
    },
    case: "texts that are easily confused",
  },
  "keys are not normalised": {
    by: (store) => {
      const fold = (r) => ({ ...r, key: r.key.normalize() });
      const folded = (puts) => [...new Map(puts.map((r) => [`${r.table} ${r.key.normalize()}`, fold(r)])).values()];
      return { ...store, commit: (epoch, changes) => store.commit(epoch, { ...changes, puts: folded(changes.puts) }) };
    },
    case: "texts that are easily confused",
  },
  "no keys find nothing": {
    by: answering((page, query, store) => (query.keys?.length === 0 ? store.load({ table: query.table }) : page)),
    case: "queries for keys",
  },
  "all keys come at once": {
    by: answering((page, query) => ({ ...page, records: query.keys ? page.records.slice(0, 500) : page.records })),
    case: "queries for keys",
  },
  "an index is kept": {
    by: committing((changes) => ({ ...changes, puts: changes.puts.map((r) => without(r, "pending")) })),
    case: "queries for an index",
  },
  "an index knows no prefixes": {
    by: answering((page, query, store) => {
      if (query.index !== "room" || query.value !== "r") return page;
      const all = store.load({ table: query.table });
      return { ...all, records: all.records.filter((r) => r.indexes?.room?.startsWith("r")) };
    }),
    case: "queries for an index",
  },
  "an index follows its records": {
    by: (store) => {
      const old = new Map(); // the texts that records had at first
      const name = (r) => `${r.table} ${r.key}`;
      return {
        load(query) {
          const page = store.load(query);
          if (!query.index) return page;
          return { ...page, records: page.records.filter((r) => old.get(name(r))?.[query.index] === query.value) };
        },
        commit(epoch, changes) {
          store.commit(epoch, changes);
          for (const r of changes.puts) if (!old.has(name(r))) old.set(name(r), r.indexes);
        },
      };
    },
    case: "indexes follow their records",
  },
  "pages keep to their limit": {
    by: answering((page, query, store) => {
      if (query.keys || query.after !== undefined || !page.next) return page;
      const more = store.load({ ...query, after: page.next });
      return { ...more, records: [...page.records, ...more.records] };
    }),
    case: "pages",
  },
  "pages go on": {
    by: answering((page) => ({ ...page, next: undefined })),
    case: "pages",
  },
  "pages come to an end": {
    by: answering((page, query) => (query.keys ? page : { ...page, next: page.next ?? "\u{10ffff}" })),
    case: "a new store is empty",
  },
  "pages leave nothing out": {
    by: answering((page, query) => (query.after === undefined ? page : { ...page, records: page.records.slice(1) })),
    case: "pages",
  },
  "pages are not repeated": {
    by: (store) => {
      let first;
      return answering((page, query) => {
        if (query.after === undefined) first = page;
        return query.after === first.next ? { ...first, next: page.next } : page;
      })(store);
    },
    case: "pages",
  },
  "pages stay in step when records go": {
    by: (store) => ({
      ...store,
      load(query) {
        if (query.keys) return store.load(query);
        const { after = "0", limit = 500, ...rest } = query; // counts instead of keys
        const all = [];
        let page;
        do {
          page = store.load({ ...rest, after: page?.next });
          all.push(...page.records);
        } while (page.next !== undefined);
        const from = Number(after);
        const next = from + limit < all.length ? String(from + limit) : undefined;
        return { ...page, records: all.slice(from, from + limit), next };
      },
    }),
    case: "pages while records change",
  },
  "queries are checked": {
    by: (store) => ({
      ...store,
      load(query) {
        const limit = query.limit !== undefined && (query.limit < 1 || !Number.isInteger(query.limit)) ? 1 : query.limit;
        return store.load({ ...query, limit });
      },
    }),
    case: "invalid queries",
  },
  "errors have codes": {
    by: (store) => ({
      ...store,
      commit(epoch, changes) {
        try {
          store.commit(epoch, changes);
        } catch (error) {
          throw new Error(error.message);
        }
      },
    }),
    case: "a stale owner changes nothing",
  },
  "commits at once all count": {
    by: (store) => {
      let busy = false;
      return {
        ...store,
        async commit(epoch, changes) {
          if (busy && !changes.claim) return;
          busy = true;
          await tick();
          busy = false;
          store.commit(epoch, changes);
        },
      };
    },
    case: "many commits at once",
  },
  "large commits are taken": {
    by: (store) => ({
      ...store,
      commit(epoch, changes) {
        if (changes.puts.length > 999) throw new StoreError("ERR_STORE_FULL", "too many parameters");
        store.commit(epoch, changes);
      },
    }),
    case: "the largest commit",
  },
};

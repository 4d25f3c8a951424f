import assert from "node:assert/strict";
import { test } from "node:test";

import { chart } from "./chart.mjs";
import { markdown } from "./markdown.mjs";
import { growthChart } from "./growth.mjs";
import { factor, ratio, time } from "./numbers.mjs";
import { renew } from "./renew.mjs";

/** A run of an operation with the medians given. */
const run = (medians) => Object.fromEntries(
  Object.entries(medians).map(([name, time]) => [name, { batch: 1, samples: [time, time / 2, 2 * time] }]));

const results = {
  date: "2000-01-01",
  machine: { processor: "Z80 & more", cores: 1, memory: "64 KiB", system: "CP/M" },
  versions: { mudpuppy: "1", libolm: "2" },
  plan: { runs: 3, calls: 100, window: 4, rounds: 31 },
  engines: [
    {
      id: "node",
      title: "Node",
      version: "Node 0.1",
      operations: {
        x25519: [run({ mudpuppy: 50, libolm: 130, noble: 750 }), run({ mudpuppy: 40, libolm: 90, noble: 600 }), run({ mudpuppy: 50, libolm: 105, noble: 750 })],
        "one-time-keys": [run({ mudpuppy: 1000, libolm: 5678 })],
        "attachment-encrypt-1m": [run({ mudpuppy: 1000, rust: 25_000 }), run({ mudpuppy: 1500, rust: 21_000 })],
        "bridge-empty": [run({ probe: 0.0321 }), run({ probe: 0.051 }), run({ probe: 0.04 })],
        "bridge-echo-secret": [run({ probe: 0.6 })],
        "bridge-megolm": [run({ mudpuppy: 30, probe: 29.1 })],
      },
      loads: {
        "load-cold": [
          { mudpuppy: { samples: [80, 90, 100] }, libolm: { samples: [30] }, rust: { samples: [200] } },
          { mudpuppy: { samples: [70] }, libolm: { samples: [20] }, rust: { samples: [140] } },
        ],
        "load-warm": [{ mudpuppy: { samples: [40] }, libolm: { samples: [9.5] }, rust: { samples: [60] } }],
      },
      stores: {
        "store-200": [
          { mudpuppy: { samples: [12, 13, 14] }, floor: { samples: [10] } },
          { mudpuppy: { samples: [15] }, floor: { samples: [10] } },
        ],
        "store-unseen-200": [{ mudpuppy: { samples: [30] }, unsealed: { samples: [20] } }],
      },
      machines: {
        "machine-memory-share": [{ mudpuppy: { samples: [10] }, rust: { samples: [20] } }, { mudpuppy: { samples: [10] }, rust: { samples: [14] } }],
        "machine-memory-share-1": [{ mudpuppy: { samples: [0.2] }, rust: { samples: [0.3] } }],
        "machine-memory-share-1000": [{ mudpuppy: { samples: [50] }, rust: { samples: [200] } }],
      },
      visits: {
        "visit-fast-4g": [
          { mudpuppy: { samples: [2000], bytes: 1_000_000 }, rust: { samples: [4000], bytes: 2_500_000 }, login: { samples: [700], bytes: 70_000 } },
          { mudpuppy: { samples: [2000], bytes: 1_000_000 }, rust: { samples: [3000], bytes: 2_500_000 }, login: { samples: [700], bytes: 70_000 } },
        ],
      },
      cold: { x25519: { mudpuppy: [{ load: 70, first: 1234, mean: 99 }], libolm: [{ load: 12, first: 321, mean: 129 }] } },
    },
    { id: "firefox", title: "Firefox", skipped: "not installed" },
  ],
};

test("numbers", () => {
  for (const [value, want] of [[0.123, "0.12"], [9.99, "9.99"], [9.996, "10.0"], [12.34, "12.3"], [99.96, "100"], [5678.9, "5,679"]]) {
    assert.equal(time(value), want);
  }
  for (const [value, want] of [[1.999, "1.99"], [2, "2.00"], [1.15, "1.15"], [1.1, "1.10"]]) {
    assert.equal(ratio(value), want);
  }
  for (const [value, want] of [[1.001, "1.01"], [1, "1.00"], [1.1, "1.10"]]) {
    assert.equal(factor(value), want);
  }
});

test("the report shows medians, the spread, the targets and what is missing", () => {
  const report = markdown(results);
  for (const line of [
    "| X25519 | 50.0 | 105 | 2.25 (2.10–2.60) | ≥ 2 | met | 750 (15.00×) |",
    "| 50 one-time keys | 1,000 | 5,678 | 5.67 (5.67–5.67) | ≥ 5.5 | met |",
    "| X25519 | 1,234 | 321 | 99.0 | 129 |",
    "Loads Mudpuppy in 70.0 ms (70.0–70.0), libolm in 12.0 ms (12.0–12.0).",
    "| File of 1 MiB, encrypt | 1,250 | 23,000 | 19.50 (14.00–25.00) | ≥ 2 | met |",
    "| Empty call | 40.0 (32.1–51.0) |  |  | ≤ 50 ns | **missed** |",
    "| 100 characters in and out, as secrets | 600 (600–600) |  |  |  |  |",
    "| Megolm encrypt 100 B | 30,000 (30,000–30,000) | 29,100 | 1.04 (1.04–1.04) | ≤ 1.1 | met |",
    "| First load | 85.0 (70.0–100) | 25.0 (20.0–30.0) | 170 (140–200) | 0.48 (0.45–0.50) | ≤ 1 | met |",
    "| Second load | 40.0 (40.0–40.0) | 9.50 (9.50–9.50) | 60.0 (60.0–60.0) |  |  |  |",
    "| Commit of 200 records | 14.0 | 1.40 (1.30–1.50) | ≤ 1.4 | **missed** | raw IndexedDB: 10.0 |",
    "| The same of 200 that nobody has looked for | 30.0 | 1.50 (1.50–1.50) |  |  | not sealed: 20.0 |",
    "| Share a room key with 200 devices | 10.0 | 17.0 | 1.70 (1.40–2.00) | ≥ 1.5 | **missed** |",
    "| 1,000 devices | 50.0 | 200 | 4.00 |",
    "| Loaded, kB | 1,000 | 2,500 | 2.50 |  |  | 70.0 |",
    "| Fast 4G, ms | 2,000 | 3,500 | 1.75 (1.50–2.00) | ≥ 1 | met | 700 |",
    "- Firefox was left out: not installed",
    "**TARGETS: 6 met, 3 missed: node/bridge-empty node/store-200 node/machine-memory-share**",
  ]) {
    assert.ok(report.split("\n").includes(line), `${line}\nis not in\n${report}`);
  }
});

test("the chart shows all that was measured", () => {
  const svg = chart(results);
  for (const part of [">X25519<", ">50 one-time keys<", ">2.25×<", ">5.67×<", ">Node 0.1<", ">Olm<"]) {
    assert.ok(svg.includes(part), `${part} is not in the chart`);
  }
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  assert.ok(!svg.includes("Firefox"));
  assert.ok(!svg.includes("Empty call"), "it is not compared with libolm");
});

test("growth is drawn by a line for each contestant", () => {
  const svg = growthChart(results);
  for (const part of [">Mudpuppy, Node in memory: 50.0<", ">Rust SDK, Node in memory: 200<", ">1,000 ms<", ">5,000<"]) {
    assert.ok(svg.includes(part), `${part} is not in the chart`);
  }
  assert.equal(svg.match(/<polyline/g).length, 2);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  assert.equal(growthChart({ engines: [{ id: "node", title: "Node" }] }), undefined);
});

test("what is measured anew takes its place among the rest", () => {
  const before = structuredClone(results);
  const share = [run({ mudpuppy: 1, rust: 7 })];
  const part = {
    date: "2000-02-02",
    versions: { mudpuppy: "2" },
    plan: { runs: 3 },
    engines: [{ id: "node", version: "Node 0.2", operations: {}, machines: { "machine-memory-share": share } }, { id: "bun", skipped: "not installed" }],
  };
  const after = renew(renew(before, part, "^machine"), part, "^machine");
  assert.equal(after.date, results.date);
  assert.deepEqual(after.engines[0].operations, results.engines[0].operations);
  assert.deepEqual(after.engines[0].machines["machine-memory-share"], share);
  assert.deepEqual(after.engines[0].machines["machine-memory-share-1"], results.engines[0].machines["machine-memory-share-1"]);
  assert.deepEqual(after.renewed, [{ which: "^machine", date: "2000-02-02", mudpuppy: "2", runs: 3, engines: ["Node 0.2"] }]);
  assert.match(markdown(after), /measured anew, on 2000-02-02: `\^machine` with Mudpuppy 2 in Node 0\.2, 3 runs/);
  assert.throws(() => renew(before, { ...part, engines: [{ id: "deno", title: "Deno" }] }, "."), /Deno/);
});

// The part of an answer to /sync that the machine looks at. The rest, which is
// nearly all of it, does not cross.

export type JSONObject = Record<string, unknown>;

/** The events of the timeline and of the state that matter. */
const events = new Set(["m.room.member", "m.room.encryption", "m.room.history_visibility"]);

/** What is taken as it is. */
const whole = [
  "next_batch",
  "to_device",
  "device_lists",
  "device_one_time_keys_count",
  "device_unused_fallback_key_types",
  "org.matrix.msc2732.device_unused_fallback_key_types",
];

/** Picks what the machine looks at. */
export function pickSync(answer: unknown): JSONObject {
  const all = asObject(answer);
  const picked = pick(all, whole);
  const rooms = asObject(all["rooms"]);
  const found: JSONObject = {};
  for (const membership of ["join", "leave"]) {
    const list: JSONObject = {};
    for (const [roomId, room] of Object.entries(asObject(rooms[membership]))) {
      const part = pickRoom(asObject(room));
      if (part) Object.defineProperty(list, roomId, { value: part, enumerable: true });
    }
    if (Object.keys(list).length > 0) found[membership] = list;
  }
  if (Object.keys(found).length > 0) picked["rooms"] = found;
  return picked;
}

/** How many events to this device cross at a time. Homeservers give out about as many, but need not. */
const EVENTS = 100;

/**
 * Divides what was picked into parts that can be received one after the other with the
 * same effect: first what must be known before events are looked at, then events, and
 * at last what must not be done before they are kept, such as the position.
 */
export function* divideSync(picked: JSONObject): Generator<JSONObject> {
  const { to_device, device_lists, rooms, ...rest } = picked;
  const events = asObject(to_device)["events"];
  if (!Array.isArray(events) || events.length <= EVENTS) {
    yield picked;
    return;
  }
  yield { ...(device_lists !== undefined && { device_lists }), ...(rooms !== undefined && { rooms }) };
  for (let i = 0; i < events.length; i += EVENTS) yield { to_device: { events: events.slice(i, i + EVENTS) } };
  yield rest;
}

/** The part of a room, if it has one. */
function pickRoom(room: JSONObject): JSONObject | undefined {
  const timeline = asObject(room["timeline"]);
  const inTimeline = pickEvents(timeline["events"]);
  const inState = pickEvents(asObject(room["state"])["events"]);
  const limited = timeline["limited"];
  if (inTimeline.length === 0 && inState.length === 0 && limited !== true) return undefined;
  return { timeline: { ...(limited !== undefined && { limited }), events: inTimeline }, state: { events: inState } };
}

function pickEvents(list: unknown): unknown[] {
  if (!Array.isArray(list)) return [];
  return list.filter((event) => events.has(asObject(event)["type"] as string));
}

function pick(object: JSONObject, names: readonly string[]): JSONObject {
  return Object.fromEntries(names.filter((name) => object[name] !== undefined).map((name) => [name, object[name]]));
}

/** What is no object has nothing in it. */
function asObject(value: unknown): JSONObject {
  return typeof value === "object" && value !== null ? (value as JSONObject) : {};
}

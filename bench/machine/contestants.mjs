// Who is measured. Each is a module with
//
//   init(platform)                     loads it
//   open({ userId, deviceId, store })  opens a machine: in memory, or in the
//                                      database store.name, sealed by store.key
//
// and a machine, whatever it is, has these here:
//
//   identity                           user id and public keys
//   pack(value), unpack(value)         to and from what its calls take and give: JSON or objects
//   packSync(answer)                   the same of an answer to /sync
//   requests()                         what is to be sent, each with kind and body
//   markSent(request, answer)
//   trackUsers(users)
//   setUpRoom(room)
//   claims(room, users)                requests for the one-time keys that are needed
//   share(room, users)                 requests that bring the room's key to the users
//   receive(sync)
//   encrypt(room, content), decrypt(room, event)
//   importKeys(json)                   of sessions, as text; how many were imported
//   exportKeys()                       the same text
//   close()
//
// All of them give room keys to all devices.

export const contestants = {
  mudpuppy: () => import("./mudpuppy.mjs"),
  rust: () => import("./rust.mjs"),
};

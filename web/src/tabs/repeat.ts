// What is special about some calls. When an owner is lost, calls are under way. Nobody knows then
// whether it was made, and the next owner knows what was kept. Nearly all calls can be
// made again: what they do is done at most once, or twice without harm. (To encrypt
// twice is to skip an index of the session, which was set aside durably before.)

/** Calls that only the owner makes, in its own tab: its answer to /sync is not the next owner's. */
export const ownersOnly: ReadonlySet<string> = new Set(["machine_receiveSync", "machine_receiveSyncPart"]);

/** Calls that would do twice what must be done once. */
export const once: ReadonlySet<string> = new Set(["machine_encryptToDevice"]);

/** Calls about requests, whose ids an owner may have from the one before. */
export const ofRequests: ReadonlySet<string> = new Set(["machine_markSent", "machine_markFailed"]);

/** Calls for which the homeserver may want a user to authenticate: the one who made them. */
export const ofUsers: ReadonlySet<string> = new Set(["machine_setUpCrossSigning"]);

/** How often a call is made, if each time the owner is lost: it may be the cause. */
export const ATTEMPTS = 5;

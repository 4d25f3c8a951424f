// Logging in and out, and registering.
import { Http, MatrixError, path } from "./http";
import { type Content, type Credentials, objectIn, textIn } from "./types";

const DEVICE_NAME = "Mudpuppy Chat";

/** Logs in with a password, which makes a new device. */
export async function logIn(homeserver: string, user: string, password: string): Promise<Credentials> {
  const http = new Http(homeserver);
  const { flows } = await http.json<{ flows: { type: string }[] }>("GET", path("v3", "login"));
  if (!flows.some(({ type }) => type === "m.login.password")) {
    throw new Error("This homeserver lets nobody log in with a password, and this example knows no other way.");
  }
  const identifier = { type: "m.id.user", user };
  const request = { type: "m.login.password", identifier, password, initial_device_display_name: DEVICE_NAME };
  return credentials(homeserver, await http.json("POST", path("v3", "login"), { json: request }));
}

/** Is asked what only the person can give. */
export interface RegistrationHelp {
  /** A registration token, which some servers hand out to those they invite. */
  token(): Promise<string | undefined>;
  /** Has the person do a step on a page of the server. */
  visit(url: string, stage: string): Promise<boolean>;
}

/** Registers, going through the steps that the homeserver asks for. */
export async function register(homeserver: string, username: string, password: string, help: RegistrationHelp): Promise<Credentials> {
  const http = new Http(homeserver);
  const request = { username, password, initial_device_display_name: DEVICE_NAME };
  let auth: Content | undefined;
  for (;;) {
    try {
      const answer = await http.json("POST", path("v3", "register"), { json: { ...request, auth } });
      return credentials(homeserver, answer);
    } catch (error) {
      if (!(error instanceof MatrixError && error.status === 401 && Array.isArray(error.body["flows"]))) throw error;
      if (auth && error.errcode) throw error; // what was given is wrong
      auth = await nextStep(http, error.body, help);
      if (!auth) throw new Error("Registering was not finished.");
    }
  }
}

/** Does the next step of the shortest way that the server offers. */
async function nextStep(http: Http, challenge: Content, help: RegistrationHelp): Promise<Content | undefined> {
  const flows = challenge["flows"] as { stages: string[] }[];
  const done = new Set((challenge["completed"] as string[] | undefined) ?? []);
  const session = textIn(challenge, "session");
  const left = flows.map(({ stages }) => stages.filter((stage) => !done.has(stage))).sort((a, b) => a.length - b.length);
  const stage = left[0]?.[0];
  switch (stage) {
    case undefined:
      return undefined;
    case "m.login.dummy":
      return { type: stage, session };
    case "m.login.registration_token": {
      const token = await help.token();
      return token === undefined ? undefined : { type: stage, session, token };
    }
  }
  const page = `${http.baseUrl}${path("v3", "auth", stage, "fallback", "web")}?session=${encodeURIComponent(session ?? "")}`;
  return (await help.visit(page, stage)) ? { session } : undefined;
}

/** Answers a homeserver that asks for the password once more. */
export function passwordAuth(userId: string, password: string, challenge: Content): Content {
  const identifier = { type: "m.id.user", user: userId };
  return { type: "m.login.password", identifier, password, session: challenge["session"] };
}

/** Logs the device out, which deletes it on the homeserver. */
export async function logOut({ homeserver, accessToken }: Credentials): Promise<void> {
  await new Http(homeserver, accessToken).json("POST", path("v3", "logout"), { json: {}, timeout: 10_000 });
}

function credentials(homeserver: string, answer: Content): Credentials {
  const named = textIn(objectIn(objectIn(answer, "well_known"), "m.homeserver"), "base_url");
  const [userId, deviceId, accessToken] = ["user_id", "device_id", "access_token"].map((name) => textIn(answer, name));
  if (!userId || !deviceId || !accessToken) throw new Error("The server's answer cannot be understood.");
  return { homeserver: named && URL.canParse(named) ? named.replace(/\/+$/, "") : homeserver, userId, deviceId, accessToken };
}

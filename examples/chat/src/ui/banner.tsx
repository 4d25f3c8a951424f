// What is the matter, if something is.
import type { Session } from "../client/session";
import { Unsigned, Unsure } from "./standing";

export function Banner({ session }: { session: Session }) {
  const { reach, standing, trouble } = session;
  return (
    <div class="banners" role="status">
      {reach.value === "offline" && <p class="banner warning">You are offline. What you write is sent when you are back.</p>}
      {reach.value === "connecting" && <p class="banner quiet">Connecting to the server…</p>}
      {standing.value === "unsigned" && <Unsigned session={session} />}
      {standing.value === "signed" && <Unsure session={session} />}
      {trouble.value && <p class="banner warning">{trouble.value}</p>}
    </div>
  );
}

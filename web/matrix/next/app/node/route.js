import { play } from "../../scenario/play.mjs";

export const dynamic = "force-dynamic";

export const GET = async () => Response.json(await play());

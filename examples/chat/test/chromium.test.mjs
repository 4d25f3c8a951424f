import chromium from "./drivers/chromium.mjs";
import { story } from "./story.mjs";

await story(chromium);

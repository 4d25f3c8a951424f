import firefox from "./drivers/firefox.mjs";
import { story } from "./story.mjs";

await story(firefox);

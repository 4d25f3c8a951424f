import webkit from "../drivers/webkit.mjs";
import { story } from "../story.mjs";

await story(webkit);

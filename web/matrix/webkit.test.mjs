// The packed package in WebKitGTK: what it must do in every browser.
import { testIn } from "../test/browsers/suite.mjs";
import webkit from "../test/browsers/webkit.mjs";

await testIn(webkit);

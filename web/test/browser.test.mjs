// The packed package in the browsers that everybody has. `make test-matrix`
// runs the same in others.
import chromium from "./browsers/chromium.mjs";
import firefox from "./browsers/firefox.mjs";
import { testIn } from "./browsers/suite.mjs";

await testIn(chromium);
await testIn(firefox);

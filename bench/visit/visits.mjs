// What is measured of somebody who comes for the first time, over a line that is slow:
// how much is loaded, and how long it takes until the first message can be read.

import { PredefinedNetworkConditions } from "puppeteer-core";

/** The lines, as the developer tools of Chrome have them. */
const lines = ["Fast 4G", "Slow 4G"];

export const visits = lines.map((line) => ({
  id: `visit-${line.toLowerCase().replace(" ", "-")}`,
  title: line,
  conditions: PredefinedNetworkConditions[line],
}));

// Chromium by puppeteer-core, for tests that freeze pages: playwright-core keeps
// all pages in focus, which are not frozen then.
import puppeteer from "puppeteer-core";

/** Starts it, without a window. */
export const launchFreezable = (executablePath, options = {}) =>
  puppeteer.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [], ...options }); // which root cannot have

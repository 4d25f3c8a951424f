import { playInPage } from "./page.mjs";

playInPage();

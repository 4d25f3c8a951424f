import { playInPage } from "./page.mjs";

playInPage().catch((error) => (document.body.dataset.outcome = JSON.stringify({ error: String(error) })));

// Finds what a person would find by its role and name, as assistive technology tells
// them. It runs in the page of a browser whose own tools have no such thing.
//
// It knows the part of the rules that the chat needs:
// https://www.w3.org/TR/html-aam-1.0/ and https://www.w3.org/TR/accname-1.2/
export function find({ role, name, pattern, text }) {
  const roles = {
    A: "link", ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DIALOG: "dialog", H1: "heading", H2: "heading",
    H3: "heading", IMG: "img", LI: "listitem", MAIN: "main", NAV: "navigation", OL: "list", PROGRESS: "progressbar",
    SECTION: "region", TEXTAREA: "textbox", UL: "list",
  };
  const inputs = { text: "textbox", search: "searchbox", radio: "radio", checkbox: "checkbox" };
  const roleOf = (element) =>
    element.getAttribute("role") ?? (element.tagName === "INPUT" ? (inputs[element.type] ?? element.type) : roles[element.tagName]);

  const isShown = (element) => element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
  const textOf = (element) =>
    [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE || (node.nodeType === Node.ELEMENT_NODE && node.getAttribute("aria-hidden") !== "true"))
      .map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : node.tagName === "IMG" ? node.alt : textOf(node)))
      .join("");
  const nameOf = (element) => {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(" ").map((id) => textOf(document.getElementById(id))).join(" ");
    const given = element.getAttribute("aria-label") ?? element.getAttribute("alt");
    if (given !== null) return given;
    if (element.labels?.length > 0) return [...element.labels].map(textOf).join(" ");
    return textOf(element);
  };
  const matches = (found) => {
    const tidy = found.replace(/\s+/g, " ").trim();
    return pattern === undefined ? name === undefined || tidy === name : new RegExp(pattern).test(tidy);
  };

  // Above an open dialog there is nothing else.
  const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (text !== undefined) {
    const holds = (element) => element.innerText?.includes(text) ?? false;
    let found = root;
    for (let inner; (inner = [...found.children].reverse().find(holds)); ) found = inner;
    return holds(found) && isShown(found) ? found : null;
  }
  const all = [...root.querySelectorAll("*"), root];
  // A field for a file is hidden behind a button.
  return all.find((element) => roleOf(element) === role && (role === "file" || isShown(element)) && matches(nameOf(element))) ?? null;
}

// @ts-check
// Small pieces of page.
import { isCopied } from "../site/copying.js";

/**
 * @param {string} name
 * @param {string} classes
 * @param {string} [text]
 */
export function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}

const ICONS = new URL("../../img/icons.svg", import.meta.url).href;

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

const WORDS = {
  queued: "Queued", running: "Running", waiting: "Waiting", "needs-you": "Needs you", succeeded: "Succeeded",
  failed: "Failed", "timed-out": "Timed out", cancelled: "Cancelled",
};

/** @param {string} status */
export function statusWord(status) {
  return WORDS[/** @type {keyof typeof WORDS} */ (status)] ?? status;
}

/** Icon and word, as _status.html draws them. @param {string} status */
export function statusPill(status) {
  const pill = element("span", `status status--${status}`);
  pill.append(icon(status), statusWord(status));
  return pill;
}

/**
 * A button that copies and says so.
 * @param {() => string} text
 * @param {string} [name]
 */
export function copyButton(text, name = "Copy") {
  const button = element("button", "button button--small", name);
  button.setAttribute("type", "button");
  button.addEventListener("click", async () => {
    if (!await isCopied(text())) return;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = name; }, 1500);
  });
  return button;
}

/**
 * JSON to look at, folded until it is wanted.
 * @param {string} title
 * @param {unknown} value
 * @param {boolean} [isOpen]
 */
export function jsonBox(title, value, isOpen = false) {
  const box = /** @type {HTMLDetailsElement} */ (element("details", "about__box"));
  const head = element("summary", "", title);
  box.append(head);
  const fill = () => {
    if (!box.open || box.children.length > 1) return;
    const text = element("pre", "code", JSON.stringify(value, null, 2));
    text.tabIndex = 0;
    const bar = element("div", "about__bar");
    bar.append(copyButton(() => text.textContent ?? ""));
    box.append(bar, text);
  };
  box.addEventListener("toggle", fill);
  box.open = isOpen;
  return box;
}

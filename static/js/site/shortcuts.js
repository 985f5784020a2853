// @ts-check
// Keys of the whole site. Pages add theirs with addShortcut, so that "?" lists all of them.
import { preference, setPreference } from "./preferences.js";

/** @typedef {{keys: string, title: string, run?: () => void}} Shortcut */

const GO_MILLISECONDS = 1500;

/** @type {Shortcut[]} */
const shortcuts = [
  { keys: "/", title: "Search", run: focusSearch },
  { keys: "?", title: "List the shortcuts", run: showList },
  { keys: "g l", title: "Go to the library", run: () => go("/") },
  { keys: "g r", title: "Go to the runs", run: () => go("/runs/") },
  { keys: "g f", title: "Go to the flows", run: () => go("/") },
  { keys: "Esc", title: "Close a panel; what you typed stays" },
];
let pending = "";
let pendingUntil = 0;

/**
 * Add a shortcut to the list. With `run`, `keys` is one key or two ("g f"), ignored while a field has the focus;
 * without, it only tells of a key that somebody else listens to.
 * @param {string} keys
 * @param {string} title
 * @param {() => void} [run]
 */
export function addShortcut(keys, title, run) {
  shortcuts.push({ keys, title, run });
}

/** What the keys do, for whoever wants to choose it by name. */
export function commands() {
  return shortcuts.flatMap(({ keys, title, run }) => (run ? [{ title, remark: keys, run }] : []));
}

/** Listen to the keys, and let the help button and the menu do their work. */
export function mountShortcuts() {
  document.addEventListener("keydown", onKey);
  document.querySelector("[data-shortcuts-open]")?.addEventListener("click", showList);
  document.querySelector("[data-keys-toggle]")?.addEventListener("click", toggle);
  nameState();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const chord = Date.now() < pendingUntil ? `${pending} ${event.key}` : event.key;
  const found = shortcuts.find(({ keys, run }) => run && keys === chord);
  pending = event.key;
  pendingUntil = event.key === "g" ? Date.now() + GO_MILLISECONDS : 0;
  if (!found?.run) return;
  event.preventDefault();
  found.run();
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

function isOff() {
  return preference("keys") === "off";
}

function focusSearch() {
  const own = document.querySelector("main input[type=search], [data-page-search]");
  const field = /** @type {HTMLInputElement | null} */ (own ?? document.querySelector("[data-global-search]"));
  field?.focus();
  field?.select();
}

/** @param {string} address */
function go(address) {
  location.assign(address);
}

function toggle() {
  setPreference("keys", isOff() ? "on" : "off");
  nameState();
}

function nameState() {
  const name = document.querySelector("[data-keys-name]");
  if (name) name.textContent = isOff() ? "off" : "on";
}

function showList() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", "Keyboard shortcuts");
  const heading = document.createElement("h2");
  heading.textContent = "Keyboard shortcuts";
  Object.assign(heading, { tabIndex: -1, autofocus: true }); // the list is long: begin at its top
  dialog.append(heading, list(), closing());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function list() {
  const list = document.createElement("dl");
  list.className = "shortcuts";
  for (const { keys, title } of shortcuts) {
    const term = document.createElement("dt");
    term.append(...keys.split(" ").map(keyCap));
    const meaning = document.createElement("dd");
    meaning.textContent = title;
    list.append(term, meaning);
  }
  return list;
}

/** @param {string} key */
function keyCap(key) {
  const cap = document.createElement("kbd");
  cap.textContent = key;
  return cap;
}

function closing() {
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog__actions";
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = "Close";
  form.append(button);
  return form;
}

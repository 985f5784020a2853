// @ts-check
// The folder browser: a dialog that answers with the path that was chosen, or null.
import { csrfToken } from "../site.js";
import { element, icon } from "../runs/elements.js";
import { crumb, foot, head, list, row } from "./folders_frame.js";
import { mountDrop } from "./drop.js";
import { crumbs, join, sorted } from "./paths.js";

const CUT_OFF = "This folder holds more than is shown. The path of something else can be typed into the field.";

/** @typedef {import("./folders_frame.js").Entry} Entry */
/** @typedef {{address: string, name: string, path: string, mayWrite: boolean, here: string, entries: Entry[], isCutOff: boolean, at: number, filter: string, dialog: HTMLDialogElement, asked: number}} State */

/**
 * @param {{address: string, name: string, path: string, mayWrite: boolean}} where
 * @returns {Promise<string | null>}
 */
export function browse(where) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog folders";
  dialog.setAttribute("aria-label", `Folders of ${where.name}`);
  dialog.append(head(where.name), list(), foot());
  if (!where.mayWrite) dialog.querySelector("[data-part=make]")?.remove();
  document.body.append(dialog);
  /** @type {State} */
  const state = { ...where, here: "/", entries: [], isCutOff: false, at: -1, filter: "", dialog, asked: 0 };
  listen(state);
  dialog.showModal();
  enter(state, folderOf(where.path), true);
  part(state, "filter").focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue || null);
  }));
}

/** @param {string} path */
function folderOf(path) {
  return path.endsWith("/") || !path ? path || "/" : path.slice(0, path.lastIndexOf("/") + 1) || "/";
}

/**
 * @param {State} state
 * @param {string} name
 */
function part(state, name) {
  return /** @type {HTMLElement} */ (state.dialog.querySelector(`[data-part="${name}"]`));
}

/** @param {State} state @param {string} name */
function dialogButton(state, name) {
  return state.dialog.querySelector(`[data-part="${name}"]`);
}

/** @param {State} state */
function listen(state) {
  const filter = /** @type {HTMLInputElement} */ (part(state, "filter"));
  filter.addEventListener("input", () => { state.filter = filter.value; state.at = -1; draw(state); });
  part(state, "choose").addEventListener("click", () => state.dialog.close(chosen(state)));
  part(state, "cancel").addEventListener("click", () => state.dialog.close(""));
  dialogButton(state, "make")?.addEventListener("click", () => make(state));
  part(state, "crumbs").addEventListener("click", (event) => {
    const to = /** @type {HTMLElement} */ (event.target).dataset.to;
    if (to) enter(state, to);
  });
  const rows = part(state, "list");
  rows.addEventListener("click", (event) => pick(state, rowOf(event)));
  rows.addEventListener("dblclick", (event) => open(state, rowOf(event)));
  state.dialog.addEventListener("keydown", (event) => onKey(state, event));
  if (state.mayWrite) mountDrop(state.dialog, state.address, () => state.here, (folder) => { enter(state, folder); });
}

/** @param {Event} event */
function rowOf(event) {
  const row = /** @type {Element} */ (event.target).closest("[data-at]");
  return row ? Number(row.getAttribute("data-at")) : -1;
}

/** @param {State} state */
function shown(state) {
  const words = state.filter.trim().toLowerCase();
  return state.entries.filter((entry) => entry.name.toLowerCase().includes(words));
}

/** @param {State} state */
function chosen(state) {
  const entry = shown(state)[state.at];
  return entry ? join(state.here, entry.name, entry.type === "dir") : state.here;
}

/**
 * @param {State} state
 * @param {string} path
 * @param {boolean} [orRoot] begin at the root when the folder is not there
 */
async function enter(state, path, orRoot = false) {
  const asked = ++state.asked;
  const response = await fetch(`${state.address}list?path=${encodeURIComponent(path)}`).catch(() => null);
  const found = await response?.json().catch(() => null);
  if (asked !== state.asked) return;
  if (!response?.ok || !found) {
    if (orRoot && path !== "/") return enter(state, "/");
    return say(state, found?.error ?? "The folder could not be read. Is the site there?");
  }
  Object.assign(state, { here: found.path, entries: sorted(found.entries), isCutOff: found.is_cut_off, at: -1, filter: "" });
  /** @type {HTMLInputElement} */ (part(state, "filter")).value = "";
  draw(state);
}

/** @param {State} state */
function draw(state) {
  part(state, "crumbs").replaceChildren(...crumbs(state.here).map(crumb));
  const entries = shown(state);
  part(state, "list").replaceChildren(...entries.map(row));
  if (!entries.length) say(state, state.entries.length ? "Nothing here matches the filter." : "This folder is empty.");
  if (state.isCutOff) part(state, "list").append(element("li", "folders__said", CUT_OFF));
  mark(state);
}

/**
 * @param {State} state
 * @param {string} words
 */
function say(state, words) {
  const item = element("li", "folders__said");
  item.textContent = words;
  part(state, "list").replaceChildren(item);
}

/** @param {State} state */
function mark(state) {
  const rows = part(state, "list");
  for (const item of rows.children) {
    const isChosen = item.id === `folder-${state.at}`;
    item.setAttribute("aria-selected", String(isChosen));
    if (isChosen) item.scrollIntoView({ block: "nearest" });
  }
  rows.setAttribute("aria-activedescendant", state.at < 0 ? "" : `folder-${state.at}`);
  const entry = shown(state)[state.at];
  part(state, "path").textContent = chosen(state);
  part(state, "choose").textContent = entry?.type === "file" ? "Choose this file" : "Choose this folder";
}

/**
 * @param {State} state
 * @param {number} at
 */
function pick(state, at) {
  state.at = at === state.at ? -1 : at;
  mark(state);
}

/**
 * @param {State} state
 * @param {number} at
 */
function open(state, at) {
  const entry = shown(state)[at];
  if (!entry) return;
  state.at = at;
  if (entry.type === "dir") enter(state, join(state.here, entry.name, true));
  else state.dialog.close(chosen(state));
}

/**
 * @param {State} state
 * @param {KeyboardEvent} event
 */
function onKey(state, event) {
  const inFilter = event.target === part(state, "filter");
  const inList = event.target === part(state, "list");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    event.stopPropagation();
    state.dialog.close(chosen(state));
  } else if (step && (inFilter || inList)) {
    event.preventDefault();
    state.at = Math.max(0, Math.min(shown(state).length - 1, state.at + step));
    mark(state);
  } else if (event.key === "Enter" && (inFilter || inList)) {
    event.preventDefault();
    open(state, state.at < 0 && inFilter && state.filter ? 0 : state.at);
  } else if (event.key === "Backspace" && (inList || (inFilter && !state.filter))) {
    event.preventDefault();
    if (state.here !== "/") enter(state, crumbs(state.here).at(-2)?.path ?? "/");
  }
}

/** @param {State} state */
async function make(state) {
  const name = await askName(state);
  if (!name) return;
  const path = join(state.here, name, true);
  const response = await fetch(`${state.address}mkdir`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify({ path }),
  }).catch(() => null);
  if (response?.ok) return enter(state, path);
  const found = await response?.json().catch(() => null);
  say(state, found?.error ?? "The folder could not be made.");
}

/** A row in the list asks for the new folder's name. @param {State} state @returns {Promise<string>} */
function askName(state) {
  const item = element("li", "folders__entry");
  const input = /** @type {HTMLInputElement} */ (element("input", "input"));
  input.setAttribute("aria-label", "Name of the new folder");
  input.placeholder = "Name of the new folder, then Enter";
  item.append(icon("folder"), input);
  part(state, "list").prepend(item);
  input.focus();
  return new Promise((resolve) => {
    const end = (/** @type {string} */ name) => {
      input.removeEventListener("blur", giveUp);
      item.remove();
      resolve(name);
    };
    const giveUp = () => end("");
    input.addEventListener("blur", giveUp);
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") { event.preventDefault(); end(input.value.trim().replaceAll("/", "")); }
      if (event.key === "Escape") { event.preventDefault(); end(""); }
    });
  });
}

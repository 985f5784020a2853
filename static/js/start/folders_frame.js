// @ts-check
// The pieces of the folder browser's dialog.
import { element, icon } from "../runs/elements.js";
import { size } from "./paths.js";

/** @typedef {{name: string, type: "dir" | "file", size?: number, last_modified?: string}} Entry */

/** @param {string} name */
export function head(name) {
  const box = element("div", "folders__head");
  const title = document.createElement("h2");
  title.textContent = name;
  const bar = element("div", "folders__bar");
  const filter = /** @type {HTMLInputElement} */ (element("input", "input"));
  filter.placeholder = "Filter";
  filter.setAttribute("aria-label", "Filter the names in this folder");
  filter.dataset.part = "filter";
  const trail = element("nav", "folders__crumbs");
  trail.setAttribute("aria-label", "Folder");
  trail.dataset.part = "crumbs";
  bar.append(trail, filter);
  box.append(title, bar);
  return box;
}

export function list() {
  const made = element("ul", "folders__list");
  made.setAttribute("role", "listbox");
  made.setAttribute("aria-label", "What is in this folder");
  made.tabIndex = 0;
  made.dataset.part = "list";
  return made;
}

export function foot() {
  const box = element("div", "folders__foot");
  const path = element("span", "folders__path mono");
  path.dataset.part = "path";
  box.append(button("New folder", "make"), path, button("Cancel", "cancel"), button("Choose this folder", "choose", true));
  return box;
}

/**
 * @param {string} words
 * @param {string} action
 * @param {boolean} [isPrimary]
 */
function button(words, action, isPrimary = false) {
  const made = /** @type {HTMLButtonElement} */ (element("button", `button${isPrimary ? " button--primary" : ""}`));
  made.type = "button";
  made.textContent = words;
  made.dataset.part = action;
  return made;
}

/** @param {{name: string, path: string}} step */
export function crumb(step) {
  const made = button(step.name, "");
  made.className = "button button--small button--quiet";
  made.dataset.to = step.path;
  return made;
}

/**
 * @param {Entry} entry
 * @param {number} at
 */
export function row(entry, at) {
  const item = element("li", "folders__entry");
  item.setAttribute("role", "option");
  item.id = `folder-${at}`;
  item.dataset.at = String(at);
  const name = document.createElement("span");
  name.textContent = entry.type === "dir" ? `${entry.name}/` : entry.name;
  const bytes = element("span", "number small");
  bytes.textContent = entry.type === "dir" ? "" : size(entry.size ?? 0);
  const date = element("span", "muted small");
  date.textContent = entry.last_modified ? new Date(entry.last_modified).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "";
  item.append(icon(entry.type === "dir" ? "folder" : "file"), name, bytes, date);
  return item;
}

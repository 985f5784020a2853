// @ts-check
// A globus-collection: the collection by name, its folder by looking into it.
import { combobox } from "./combobox.js";
import { browse } from "./folders.js";
import { ask } from "./picker.js";

/** @param {ParentNode} root */
export function mountCollections(root) {
  const groups = [...root.querySelectorAll("[data-collection]")];
  if (root instanceof Element && root.matches("[data-collection]")) groups.push(root);
  for (const found of groups) {
    const group = /** @type {HTMLElement} */ (found);
    if (group.dataset.mounted) continue;
    group.dataset.mounted = "yes";
    mountCollection(group);
  }
}

/** @param {HTMLElement} group */
function mountCollection(group) {
  const id = field(group, "id");
  const path = field(group, "path");
  if (!id || id.type === "hidden") return;
  const address = group.closest("form")?.dataset.collections ?? "/collections/";
  let name = "";
  let mayWrite = false;
  const button = path ? browseButton(path) : null;
  const follow = () => { if (button) allow(button, Boolean(id.value)); };
  combobox(id, {
    words: "Search collections, or paste an id",
    search: (words) => ask(`${address}search?q=${encodeURIComponent(words)}&limit=20`, "collections"),
    onChoice: (choice) => { name = choice?.name ?? ""; mayWrite = choice?.mayWrite ?? false; follow(); },
  });
  follow();
  if (!button || !path) return;
  button.addEventListener("click", async () => {
    if (!id.value) return;
    const chosen = await browse({ address: `${address}${id.value}/`, name: name || id.value, path: path.value, mayWrite });
    if (chosen === null) return;
    path.value = chosen;
    path.dispatchEvent(new Event("change", { bubbles: true }));
    path.focus();
  });
}

/**
 * @param {HTMLElement} group
 * @param {string} key
 */
function field(group, key) {
  const part = group.querySelector(`:scope [data-collection-part="${key}"]`);
  return /** @type {HTMLInputElement | null} */ (part?.querySelector(".control > input") ?? null);
}

/** @param {HTMLInputElement} path */
function browseButton(path) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Browse";
  path.parentElement?.classList.add("control--row", "control--path");
  path.after(button);
  return button;
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isReady
 */
function allow(button, isReady) {
  button.setAttribute("aria-disabled", String(!isReady));
  button.title = isReady ? "Look into the collection" : "Choose a collection first";
}

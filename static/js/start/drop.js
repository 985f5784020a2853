// @ts-check
// Files that are dropped on the folder browser go into the folder that it shows, one after the other.
import { csrfToken } from "../site.js";
import { element } from "../runs/elements.js";

/**
 * @param {HTMLElement} dialog
 * @param {string} address of the collection
 * @param {() => string} folder the folder that is shown now
 * @param {(folder: string) => void} show shows a folder anew
 */
export function mountDrop(dialog, address, folder, show) {
  const words = element("p", "folders__drop muted small", "Drop files here to upload them");
  words.setAttribute("role", "status");
  dialog.querySelector(".folders__foot")?.before(words);
  dialog.addEventListener("dragover", (event) => {
    event.preventDefault();
    dialog.classList.add("is-dropping");
  });
  dialog.addEventListener("dragleave", () => dialog.classList.remove("is-dropping"));
  dialog.addEventListener("drop", async (event) => {
    event.preventDefault();
    dialog.classList.remove("is-dropping");
    const into = folder();
    for (const file of event.dataTransfer?.files ?? []) {
      words.textContent = `Uploading ${file.name}…`;
      words.textContent = await upload(file, address, into);
    }
    show(into);
  });
}

/**
 * @param {File} file
 * @param {string} address
 * @param {string} folder
 * @returns {Promise<string>} what came of it, in words
 */
async function upload(file, address, folder) {
  const response = await fetch(`${address}upload?path=${encodeURIComponent(folder + file.name)}`, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/octet-stream" },
    body: file,
  }).catch(() => null);
  if (response?.ok) return `${file.name} is uploaded.`;
  const found = await response?.json().catch(() => null);
  return found?.error ?? `${file.name} could not be uploaded. Is the site there?`;
}

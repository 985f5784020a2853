// @ts-check
// A collection's page: files are uploaded one after the other, with their progress, chosen or dropped.
import { csrfToken, toast } from "../site.js";

const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-folder]"));
if (page?.dataset.upload) mountUploads(page, page.dataset.upload, page.dataset.folder ?? "/");

/**
 * @param {HTMLElement} page
 * @param {string} address
 * @param {string} folder
 */
function mountUploads(page, address, folder) {
  const field = /** @type {HTMLInputElement} */ (page.querySelector("[data-upload-files]"));
  field.multiple = true;
  page.querySelector("[data-drop-hint]")?.removeAttribute("hidden");
  page.querySelector("[data-upload-form]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    uploadAll([...(field.files ?? [])], address, folder);
  });
  mountDrop(page, (files) => uploadAll(files, address, folder));
}

/**
 * @param {HTMLElement} page
 * @param {(files: File[]) => void} take
 */
function mountDrop(page, take) {
  page.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    page.classList.add("is-dropping");
  });
  page.addEventListener("dragleave", () => page.classList.remove("is-dropping"));
  page.addEventListener("drop", (event) => {
    event.preventDefault();
    page.classList.remove("is-dropping");
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * @param {File[]} files
 * @param {string} address
 * @param {string} folder
 */
async function uploadAll(files, address, folder) {
  const list = /** @type {HTMLElement} */ (document.querySelector("[data-uploads]"));
  list.hidden = false;
  closeMenus();
  let done = 0;
  for (const file of files) {
    if (await upload(file, `${address}?path=${encodeURIComponent(folder + file.name)}`, list)) done += 1;
  }
  if (done && done === files.length) location.reload();
  else if (done) toast(`${done} of ${files.length} files are uploaded. Reload the page to see them.`, "warning");
}

function closeMenus() {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.removeAttribute("open");
}

/**
 * Upload one file; the answer tells whether it is there.
 * @param {File} file
 * @param {string} address
 * @param {HTMLElement} list
 * @returns {Promise<boolean>}
 */
function upload(file, address, list) {
  const row = rowFor(file, list);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => row.show(total ? loaded / total : 1);
    request.onloadend = () => {
      const isThere = request.status === 201;
      row.end(isThere ? "" : reason(request));
      resolve(isThere);
    };
    request.send(file);
  });
}

/** @param {XMLHttpRequest} request */
function reason(request) {
  if (!request.status) return "The site cannot be reached.";
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return `The site answered ${request.status}.`;
  }
}

/**
 * @param {File} file
 * @param {HTMLElement} list
 */
function rowFor(file, list) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", `Uploading ${file.name}`);
  const words = document.createElement("span");
  words.textContent = "waiting";
  row.append(name, bar, words);
  list.append(row);
  return {
    /** @param {number} share */
    show(share) {
      bar.value = share;
      words.textContent = `${Math.round(share * 100)} %`;
    },
    /** @param {string} problem */
    end(problem) {
      words.textContent = problem || "done";
      if (!problem) return;
      bar.remove();
      words.dataset.failed = "";
    },
  };
}

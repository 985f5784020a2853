// @ts-check
// Flows come in as files, dropped or chosen, and as pasted texts and links; they go out as files and as code.

const MOST_BYTES = 1_048_576;
const LABELS = { definition: "definition", input_schema: "input schema" };

/** @typedef {"definition" | "input_schema"} Name */
/** @typedef {{definition: string | null, input_schema: string | null, title: string, note: string}} Brought */
/** @typedef {{ok: boolean, status: number, body: any}} Reply */
/**
 * @typedef {{
 *   read: (text: string, name: string) => Promise<Reply>, onBrought: (found: Brought) => void,
 *   say: import("../site/toasts.js").Say,
 * }} Around
 */

/**
 * Let files be dropped anywhere on `root`, and `dialog` ask for a file or a text.
 * @param {HTMLElement} root
 * @param {HTMLDialogElement} dialog
 * @param {Around} around
 * @returns {() => void} shows the dialog
 */
export function mountImport(root, dialog, around) {
  const field = /** @type {HTMLTextAreaElement} */ (dialog.querySelector("textarea"));
  const chooser = /** @type {HTMLInputElement} */ (dialog.querySelector("input[type=file]"));
  const trouble = /** @type {HTMLElement} */ (dialog.querySelector("[data-import-error]"));
  const take = async (/** @type {Promise<Brought>} */ coming) => {
    trouble.hidden = true;
    try {
      around.onBrought(await coming);
      dialog.close();
    } catch (error) {
      refuse(/** @type {Error} */ (error).message);
    }
  };
  const refuse = (/** @type {string} */ words) => {
    if (!dialog.open) return around.say(words, "error");
    trouble.textContent = words;
    trouble.hidden = false;
  };
  chooser.addEventListener("change", () => {
    if (chooser.files?.length) take(ofFiles([...chooser.files], around.read));
    chooser.value = "";
  });
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    take(ofText(field.value, "", around.read));
  });
  dialog.querySelector("[data-import-cancel]")?.addEventListener("click", () => dialog.close());
  listenToDrops(root, (files) => take(ofFiles(files, around.read)));
  return () => {
    trouble.hidden = true;
    dialog.showModal();
    field.focus();
  };
}

/**
 * @param {HTMLElement} root
 * @param {(files: File[]) => void} onFiles
 */
function listenToDrops(root, onFiles) {
  const isFile = (/** @type {DragEvent} */ event) => (
    event.dataTransfer?.types.includes("Files") && !(/** @type {Element} */ (event.target)).closest("[data-preview]")
  );
  root.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    root.classList.add("is-dropping");
  });
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(/** @type {Node | null} */ (event.relatedTarget))) root.classList.remove("is-dropping");
  });
  // Before the text editor, which would put the file's text at the pointer.
  root.addEventListener("drop", (event) => {
    root.classList.remove("is-dropping");
    if (!isFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  }, { capture: true });
}

/**
 * What several files hold together. Rejects when one of them cannot be read, or two are of one kind.
 * @param {File[]} files
 * @param {Around["read"]} read
 */
async function ofFiles(files, read) {
  const all = /** @type {Brought} */ ({ definition: null, input_schema: null, title: "", note: "" });
  for (const file of files) {
    const found = await ofText(await textOf(file), file.name, read);
    for (const name of /** @type {Name[]} */ (["definition", "input_schema"])) {
      if (found[name] === null) continue;
      if (all[name] !== null) throw new Error(`Two of these files hold a ${LABELS[name]}. Bring one of each.`);
      all[name] = found[name];
    }
    all.title ||= found.title;
    all.note = [all.note, found.note].filter(Boolean).join(" ");
  }
  return all;
}

/** @param {File} file */
async function textOf(file) {
  if (file.size > MOST_BYTES) {
    throw new Error(`${file.name} has ${file.size.toLocaleString()} bytes; ${MOST_BYTES.toLocaleString()} are read.`);
  }
  const bytes = await file.arrayBuffer().catch(() => { throw new Error(`${file.name} cannot be read. Is it a folder?`); });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file.name} is not a text in UTF-8. Bring JSON or YAML.`);
  }
}

/**
 * @param {string} text
 * @param {string} name of the file
 * @param {Around["read"]} read
 * @returns {Promise<Brought>}
 */
async function ofText(text, name, read) {
  const reply = await read(text, name).catch(() => null);
  if (reply?.ok) return reply.body;
  const reason = reply ? reply.body?.error?.detail ?? `The server answered ${reply.status}.` : "The server cannot be reached.";
  throw new Error(name ? `${name}: ${reason}` : reason);
}

// @ts-check
// The editor's keys, wherever the focus is on the page.

/** @typedef {"save" | "publish" | "format" | "validate" | "next" | "previous" | "fix" | "rename" | "define" | "outline"} Action */

/** @type {{keys: string, title: string, action: Action, isPressed: (event: KeyboardEvent) => boolean}[]} */
const KEYS = [
  { keys: "Ctrl S", title: "Save the draft", action: "save", isPressed: (event) => isWith(event) && event.key.toLowerCase() === "s" },
  { keys: "Ctrl Enter", title: "Publish…", action: "publish", isPressed: (event) => isWith(event) && event.key === "Enter" },
  { keys: "F8", title: "Next problem", action: "next", isPressed: (event) => event.key === "F8" && !event.shiftKey },
  { keys: "Shift F8", title: "Previous problem", action: "previous", isPressed: (event) => event.key === "F8" && event.shiftKey },
  { keys: "Ctrl .", title: "Fix the problem at the cursor", action: "fix", isPressed: (event) => isWith(event) && event.key === "." },
  { keys: "F2", title: "Rename the state everywhere", action: "rename", isPressed: (event) => event.key === "F2" },
  { keys: "F12", title: "Go to the definition (also Ctrl click)", action: "define", isPressed: (event) => event.key === "F12" && !event.ctrlKey },
  { keys: "Ctrl Shift O", title: "Go to a state or field", action: "outline", isPressed: (event) => (event.ctrlKey || event.metaKey) && event.shiftKey && event.code === "KeyO" },
  { keys: "Shift Alt F", title: "Format the text", action: "format", isPressed: (event) => event.shiftKey && event.altKey && event.code === "KeyF" },
];
const TOLD = [
  ["Ctrl Space", "Complete what is at the cursor"],
  ["Ctrl F", "Find in the text"],
  ["Ctrl Z", "Undo, also fixes and formatting"],
  ["Esc Tab", "Leave the text (Tab alone indents)"],
  ["↑ ↓ ← →", "In the diagram: along the edges; Enter opens"],
  ["0 1 + -", "In the diagram: actual size, fit, zoom"],
];

/**
 * @param {Record<Action, () => void>} actions
 * @param {(keys: string, title: string, run?: () => void) => void} tell adds to the list of shortcuts
 */
export function mountKeys(actions, tell) {
  for (const { keys, title, action } of KEYS) tell(keys, title, actions[action]);
  for (const [keys, title] of TOLD) tell(keys, title);
  document.addEventListener("keydown", (event) => {
    const found = KEYS.find(({ isPressed }) => isPressed(event));
    if (!found || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    actions[found.action]();
  }, { capture: true });
}

/** @param {KeyboardEvent} event */
function isWith(event) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
}

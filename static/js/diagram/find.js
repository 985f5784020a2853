// @ts-check
// A small field over the picture to find a state by its name.
import { made } from "./frame.js";

/** @typedef {import("./outline.js").State} State */

/**
 * Ask for a name; the first state that holds it is shown at once, Enter keeps it, Esc goes back.
 * @param {HTMLElement} frame
 * @param {State[]} states
 * @param {{onLook: (index: number) => void, onDone: (index: number | null) => void}} options
 */
export function askForState(frame, states, { onLook, onDone }) {
  if (frame.querySelector(".diagram__find")) return;
  const field = /** @type {HTMLInputElement} */ (made("input", "input diagram__find", {
    type: "search", placeholder: "Find a state", "aria-label": "Find a state", autocomplete: "off", spellcheck: "false",
  }));
  /** @type {State | undefined} */
  let found;
  const close = () => field.remove();
  field.addEventListener("input", () => {
    found = matching(states, field.value);
    field.toggleAttribute("aria-invalid", !found && field.value !== "");
    if (found) onLook(found.index);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    field.removeEventListener("blur", close); // removing it takes the focus, too
    close();
    onDone(event.key === "Enter" && found ? found.index : null);
  });
  field.addEventListener("blur", close);
  frame.append(field);
  field.focus();
}

/**
 * The state that words mean best: it starts with them, else it holds them, in its name or else its provider.
 * @param {State[]} states
 * @param {string} words
 * @returns {State | undefined}
 */
export function matching(states, words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return undefined;
  return states.find(({ name }) => name.toLowerCase().startsWith(wanted))
    ?? states.find(({ name }) => name.toLowerCase().includes(wanted))
    ?? states.find(({ provider, type }) => `${type} ${provider ?? ""}`.toLowerCase().includes(wanted));
}

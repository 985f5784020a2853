// @ts-check
// The small sign of a run's page that says how fresh the page is.
import { zone } from "../site/preferences.js";
import { clock } from "../time.js";
import { said } from "./connection.js";

/**
 * @param {HTMLElement} sign
 * @param {() => void} onRetry
 * @returns {(known: import("./connection.js").Connection) => void} shows what is known
 */
export function mountConnection(sign, onRetry) {
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (sign.querySelector(`[data-connection-${name}]`));
  part("retry").addEventListener("click", onRetry);
  return (known) => {
    const words = said(known, Date.now(), (at) => clock(new Date(at), zone()));
    sign.dataset.kind = known.kind;
    for (const name of /** @type {const} */ (["state", "next", "data"])) {
      if (part(name).textContent !== words[name]) part(name).textContent = words[name]; // said aloud once only
    }
    part("retry").hidden = known.kind !== "reconnecting" && known.kind !== "polling";
  };
}

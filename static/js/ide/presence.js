// @ts-check
// Who else has this flow open, told every few seconds while this window is looked at.
import { postJSON } from "../site.js";

const BEAT_MILLISECONDS = 10_000;

/** @typedef {{name: string, state: string, is_me: boolean, changed: string[]}} Other */

/**
 * @param {HTMLElement | null} place none where nobody else can be
 * @param {{flow: string, state: () => string | undefined}} options
 */
export function mountPresence(place, { flow, state }) {
  if (!place) return;
  const address = place.dataset.presence ?? "";
  const id = crypto.randomUUID?.() ?? `w${Math.random().toString(36).slice(2, 20)}`;

  async function beat() {
    if (document.hidden) return;
    const reply = await postJSON(address, { flow, window: id, state: state() }).catch(() => null);
    if (reply?.ok) show(/** @type {HTMLElement} */ (place), reply.body.others);
  }
  beat();
  setInterval(beat, BEAT_MILLISECONDS);
  document.addEventListener("visibilitychange", beat);
  addEventListener("pagehide", () => postJSON(address, { flow, window: id, leaving: true }, { keepalive: true }).catch(() => null));
}

/**
 * @param {HTMLElement} place
 * @param {Other[]} others
 */
function show(place, others) {
  const words = others.map(sentence).join(" ");
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
}

/** @param {Other} other */
function sentence({ name, state, is_me, changed }) {
  if (is_me) return "You have this flow open in another window too.";
  const where = state ? `, in “${state}”` : "";
  const what = changed.length ? ` Changed in ${name}'s draft: ${changed.slice(0, 5).join(", ")}${changed.length > 5 ? " and more" : ""}.` : "";
  return `${name} is editing this flow too${where}.${what}`;
}

// @ts-check
// Who else has this flow open, told every few seconds while this window is looked at; more often with company.
import { postJSON } from "../site.js";

const ALONE_MILLISECONDS = 10_000;
const TOGETHER_MILLISECONDS = 2_500;

/** @typedef {{name: string, state: string, is_me: boolean}} Other */
/** @typedef {{others: Other[], draft: import("./drafts.js").Saved | null, version: number}} Told */

/**
 * @param {HTMLElement | null} place none where nobody else can be
 * @param {{flow: string, state: () => string | undefined, onTold: (told: Told) => void}} options
 */
export function mountPresence(place, { flow, state, onTold }) {
  if (!place) return;
  const address = place.dataset.presence ?? "";
  const id = crypto.randomUUID?.() ?? `w${Math.random().toString(36).slice(2, 20)}`;
  let timer = 0;

  async function beat() {
    clearTimeout(timer);
    if (document.hidden) return;
    const reply = await postJSON(address, { flow, window: id, state: state() }).catch(() => null);
    clearTimeout(timer);
    timer = window.setTimeout(beat, reply?.body?.others?.length ? TOGETHER_MILLISECONDS : ALONE_MILLISECONDS);
    if (!reply?.ok) return;
    show(/** @type {HTMLElement} */ (place), reply.body.others);
    onTold(reply.body);
  }
  beat();
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
function sentence({ name, state, is_me }) {
  if (is_me) return "You have this flow open in another window too.";
  return `${name} is editing this flow too${state ? `, in “${state}”` : ""}. You share one draft.`;
}

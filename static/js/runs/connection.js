// @ts-check
// What is known of the connection to the site, and what to say about it. Pure: no document, no clock.

/**
 * @typedef {object} Connection
 * @property {"connecting" | "live" | "reconnecting" | "polling" | "gone" | "over"} kind
 * @property {number} asOf     milliseconds: when the site was last heard; 0 for never
 * @property {number} retryAt  milliseconds: when the next try is due
 */

/** The site says something at least every five seconds. */
export const SILENT_MS = 12_000;
export const POLL_MS = 2000;
export const SHORTEST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 5000;
export const GROWTH = 1.6;

/**
 * @param {number} now the page itself is as fresh
 * @returns {Connection}
 */
export function begun(now) {
  return { kind: "connecting", asOf: now, retryAt: now };
}

/** The socket brought something. @param {Connection} known @param {number} now @returns {Connection} */
export function heard(known, now) {
  return { ...known, kind: "live", asOf: now };
}

/** The socket is closed, or has been silent for long. @param {Connection} known @param {number} retryAt @returns {Connection} */
export function lost(known, retryAt) {
  return { ...known, kind: known.kind === "polling" ? "polling" : "reconnecting", retryAt };
}

/** Asking worked while there is no socket. @param {Connection} known @param {number} now @returns {Connection} */
export function polled(known, now) {
  return { ...known, kind: known.kind === "live" ? "live" : "polling", asOf: now };
}

/** Asking did not work either. @param {Connection} known @returns {Connection} */
export function unreachable(known) {
  return { ...known, kind: known.kind === "live" ? "live" : "reconnecting" };
}

/** @param {Connection} known @param {number} now */
export function isSilent(known, now) {
  return known.kind === "live" && now - known.asOf > SILENT_MS;
}

/** How long a socket waits before the next of its tries. @param {number} tries since it was last open */
export function waitMs(tries) {
  return tries > 0 ? Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * GROWTH ** (tries - 1)) : 0;
}

/**
 * What the page says: in short, how far its content may be trusted, and when it will be tried again.
 * @param {Connection} known
 * @param {number} now
 * @param {(at: number) => string} clock
 * @returns {{state: string, data: string, next: string}}
 */
export function said(known, now, clock) {
  const data = `Data as of ${clock(known.asOf)}.`;
  if (known.kind === "live") return { state: "Live", data: "", next: "" };
  if (known.kind === "over") return { state: "Complete", data: "", next: "" };
  if (known.kind === "connecting") return { state: "Connecting", data, next: "" };
  if (known.kind === "polling") return { state: `Polling every ${POLL_MS / 1000} s`, data, next: "" };
  if (known.kind === "gone") {
    return { state: "Not to be seen any more", data: "This run was deleted, or you are signed out. Reload the page.", next: "" };
  }
  const seconds = Math.ceil((known.retryAt - now) / 1000);
  return { state: "Reconnecting", data, next: seconds > 0 ? `in ${seconds} s` : "now" };
}

// @ts-check
import { preference } from "./preferences.js";

/**
 * The token that proves to the server that a request comes from its own pages. Whoever signs in anew, in another window,
 * gets another one: the cookie has it, the page still the old one.
 */
export function csrfToken() {
  return preference("csrftoken") || (document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "");
}

/**
 * Send JSON to one of our own addresses. Whatever comes back is returned: look at `ok`. Rejects only
 * when the server cannot be reached or `signal` aborts.
 * @param {string} address
 * @param {unknown} body
 * @param {{signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<{ok: boolean, status: number, body: any}>}
 */
export async function postJSON(address, body, options = {}) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
    ...options,
  });
  const isJSON = response.headers.get("Content-Type")?.includes("json");
  return { ok: response.ok, status: response.status, body: isJSON ? await response.json() : null };
}

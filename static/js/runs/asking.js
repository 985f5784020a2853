// @ts-check
// Asking the site for JSON. An answer that breaks off, or that is none (a page to sign in at), counts as no answer.

/**
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<{ok: boolean, status: number, body: any} | null>} null: the site has not answered; never rejects
 */
export async function ask(address, options) {
  const response = await fetch(address, options).catch(() => null);
  if (!response) return null;
  const body = await response.json().catch(() => null);
  return response.ok && body === null ? null : { ok: response.ok, status: response.status, body };
}

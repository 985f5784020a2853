// @ts-check
// What a person likes, in cookies, so that the server can render a page right the first time.

const YEAR_SECONDS = 365 * 24 * 3600;

/** @param {string} name */
export function preference(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/**
 * @param {string} name
 * @param {string} value
 */
export function setPreference(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

/** The time zone to show: "UTC", or undefined for the reader's own. */
export function zone() {
  return preference("zone") === "utc" ? "UTC" : undefined;
}

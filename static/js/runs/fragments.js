// @ts-check
// Parts of the page that the server draws and that a run changes: its questions and its mails.

const PAUSE_MILLISECONDS = 300;
let timer = 0;

/**
 * Whether an entry may have brought a question, an answer or a mail.
 * @param {import("./timeline.js").Entry} entry
 * @param {(state: string) => boolean} isNotifier whether that state sends mail
 */
export function changesFragments(entry, isNotifier) {
  if (/WebInput|^Flow(Inactive|Resumed)$/.test(entry.code) || /^Flow(Succeeded|Failed|Canceled)$/.test(entry.code)) return true;
  return entry.code === "ActionCompleted" && isNotifier(entry.details.state_name);
}

/** Fetch them again, soon: several entries in a row are one fetch. */
export function refreshFragments() {
  clearTimeout(timer);
  timer = window.setTimeout(refresh, PAUSE_MILLISECONDS);
}

async function refresh() {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return; // the strip says that the site is away; the next entry asks again
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const place of document.querySelectorAll("[data-fragment]")) {
    const name = place.getAttribute("data-fragment");
    const fresh = page.querySelector(`[data-fragment="${name}"]`);
    // What a person has chosen but not sent yet stays, as long as the question is the same.
    if (fresh && fresh.getAttribute("data-version") !== place.getAttribute("data-version")) place.replaceWith(document.adoptNode(fresh));
  }
}

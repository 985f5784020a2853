// @ts-check
// What becomes of the text between two publications: saved, taken along through signing in, discarded.
import { csrfToken, toast } from "../site.js";
import { shareLink, USUAL_MOST } from "./share.js";
import { KEPT } from "./together.js";

/** @typedef {{definition: string, input_schema: string}} Texts */
/**
 * @param {HTMLElement} root of the editor page
 * @param {{
 *   page: {isSignedIn: boolean}, addresses: Record<string, string>, texts: () => Texts,
 *   drafts: () => import("./drafts.js").Drafts, together: () => any,
 * }} around
 */
export function mountKeeping(root, { page, addresses, texts, drafts, together }) {
  let isTouched = false;
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));

  /**
   * @param {string} words
   * @param {boolean} [isTrouble]
   */
  function say(words, isTrouble = false) {
    const element = part("[data-saved]");
    element.textContent = words;
    element.classList.toggle("is-trouble", isTrouble);
  }

  /**
   * Take the text along through signing in: in the address, or, where it is too long for that, in this browser.
   * @param {Event} event
   */
  async function signIn(event) {
    event.preventDefault();
    const { origin } = location;
    const link = await shareLink(new URL(addresses.scratch, origin).href, texts());
    let next = encodeURIComponent(link.slice(origin.length));
    if (next.length > USUAL_MOST) {
      if (!together().keep()) return toast("The text is too long to be taken along. Export it as a file first.", "warning");
      next = encodeURIComponent(`${addresses.scratch}?${KEPT}`);
    }
    isTouched = false;
    location.assign(`/sign-in/?next=${next}`);
  }

  root.querySelector("[data-sign-in]")?.addEventListener("click", signIn);
  addEventListener("pagehide", () => page.isSignedIn && drafts().leave());
  addEventListener("beforeunload", (event) => (drafts().isDirty || isTouched) && event.preventDefault());

  return {
    say,
    changed() {
      together().changed();
      if (page.isSignedIn) drafts().changed();
      else isTouched = true;
    },
    async save() {
      if (page.isSignedIn) await drafts().save();
      else toast("Sign in to keep drafts. The Share button makes a link that holds the text.", "warning");
    },
    /** @param {import("./drafts.js").Saved} saved */
    saved({ address, saved_at }) {
      together().saved();
      say(`Draft saved at ${new Date(saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
      if (location.pathname !== address) history.replaceState(null, "", address);
    },
    /** @param {string} words */
    conflict(words) {
      part("[data-conflict-text]").textContent = words;
      part("[data-conflict]").hidden = false;
      together().mergeDraft();
    },
    overwrite() {
      drafts().isForced = true;
      part("[data-conflict]").hidden = true;
      drafts().save();
    },
    async discard() {
      const { saved } = drafts();
      if (!saved || !confirm("Discard what was changed since the published version? This cannot be undone.")) return;
      const address = `${addresses.drafts}/${saved.id}`;
      const options = { method: "DELETE", headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" } };
      const reply = await fetch(address, { ...options, body: JSON.stringify({ revision: saved.revision }) }).catch(() => null);
      if (!reply?.ok) return toast((await reply?.json().catch(() => null))?.error?.detail ?? "The draft could not be discarded. Try again.", "error");
      drafts().forget();
      together().saved();
      location.reload();
    },
  };
}

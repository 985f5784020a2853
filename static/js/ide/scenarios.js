// @ts-check
// The kept dry runs: each says whether the flow still goes the same way.
import { postJSON } from "../site.js";
import { element } from "../runs/elements.js";

/** @typedef {{id: string, name: string, is_kept: boolean, words: string}} Scenario */

/**
 * @param {HTMLElement} panel
 * @param {{address: string, body: () => Promise<Record<string, unknown>>}} options
 */
export function mountScenarios(panel, { address, body }) {
  const section = /** @type {HTMLElement} */ (panel.querySelector("[data-try-scenarios]"));
  const list = /** @type {HTMLElement} */ (section.querySelector("[data-try-list]"));
  const name = /** @type {HTMLInputElement} */ (section.querySelector("[data-try-name]"));
  const trouble = /** @type {HTMLElement} */ (panel.querySelector("[data-try-error]"));

  /** @param {Record<string, unknown>} wish */
  async function ask(wish) {
    const reply = await postJSON(address, { ...await body(), ...wish }).catch(() => null);
    trouble.hidden = Boolean(reply?.ok);
    if (reply?.ok) return show(reply.body.scenarios);
    trouble.textContent = reply?.body?.error?.detail ?? "The server cannot be reached. Try again.";
    return undefined;
  }

  /** @param {Scenario[]} scenarios */
  function show(scenarios) {
    section.hidden = false;
    list.replaceChildren(...scenarios.map(item));
  }

  section.querySelector("[data-try-keep]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!name.value.trim()) return name.focus();
    await ask({ name: name.value });
    if (trouble.hidden) name.value = "";
  });
  list.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-forget]");
    if (button instanceof HTMLElement) ask({ delete: button.dataset.forget });
  });
  return { show, refresh: () => ask({}) };
}

/** @param {Scenario} scenario */
function item({ id, name, is_kept, words }) {
  const row = element("li", "try__scenario");
  const forget = element("button", "button button--small", "Delete");
  forget.setAttribute("type", "button");
  forget.setAttribute("aria-label", `Delete the scenario ${name}`);
  forget.dataset.forget = id;
  row.append(
    element("span", `status status--${is_kept ? "succeeded" : "failed"}`, is_kept ? "Goes as kept" : "Goes another way"),
    element("strong", "", name), element("span", "muted", words), forget,
  );
  return row;
}

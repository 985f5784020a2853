// @ts-check
// Completion: what the server offers at the cursor, and putting the choice in as one would have typed it.
import { autocompletion, EditorView, snippet, startCompletion } from "../../vendor/codemirror.js";
import { cardElement } from "./card.js";
import { pickUp, written } from "./insertion.js";

/** @typedef {import("./insertion.js").Offer} Offer */
/** @typedef {import("./insertion.js").Option} Option */

/** @param {(position: number) => Promise<Offer | null>} ask */
export function completing(ask) {
  return [
    autocompletion({
      override: [(/** @type {any} */ context) => source(context, ask)],
      activateOnTypingDelay: 60,
      icons: false,
      optionClass: (/** @type {any} */ option) => (option.reason ? "cm-unavailable" : ""),
      addToOptions: [{ render: badge, position: 20 }],
    }),
    EditorView.updateListener.of((/** @type {any} */ update) => {
      // A name was chosen and its value is open: offer that too.
      if (update.transactions.some((/** @type {any} */ one) => one.isUserEvent("input.complete.name"))) {
        setTimeout(() => startCompletion(update.view));
      }
    }),
  ];
}

/** @param {any} option */
function badge(option) {
  const element = document.createElement("span");
  element.className = `cm-sort cm-sort--${option.type}`;
  element.setAttribute("aria-hidden", "true");
  return element;
}

/**
 * @param {any} context
 * @param {(position: number) => Promise<Offer | null>} ask
 */
async function source(context, ask) {
  const offer = await ask(context.pos);
  if (!offer || context.aborted || (!context.explicit && !offer.isInToken)) return null;
  const typed = context.state.sliceDoc(offer.from, context.pos);
  if (!context.explicit && isWhole(typed, offer.options)) return null;
  const behind = Math.max(0, offer.to - context.pos);
  return {
    from: offer.from,
    validFor: pickUp(typed),
    options: offer.options.map((option) => ({
      label: option.label,
      detail: option.detail,
      type: option.type,
      boost: option.boost ?? 0,
      reason: option.reason,
      info: option.text || option.reason || option.facts ? () => cardElement(option, "know know--aside") : undefined,
      apply: (/** @type {any} */ view, /** @type {any} */ _, /** @type {number} */ from, /** @type {number} */ to) => (
        put(view, offer, option, { from, to: to + behind })
      ),
    })),
  };
}

/**
 * Whether there is nothing to complete: Enter is to make a new line then.
 * @param {string} typed
 * @param {Option[]} options
 */
function isWhole(typed, options) {
  return options.filter(({ label }) => label.startsWith(typed)).every(({ label }) => label === typed) && typed !== "";
}

/**
 * @param {any} view
 * @param {Offer} offer
 * @param {Option} option
 * @param {{from: number, to: number}} token
 */
function put(view, offer, option, token) {
  const { comma, range, text, isTemplate } = written(offer, option, token);
  if (comma !== null) view.dispatch({ changes: { from: comma, insert: "," }, userEvent: "input.complete" });
  const shift = comma === null ? 0 : 1;
  const [from, to] = [range.from + shift, range.to + shift];
  if (isTemplate) {
    snippet(text)(view, null, from, to);
    if (offer.mode === "key") view.dispatch({ userEvent: "input.complete.name" });
    return;
  }
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + text.length },
    userEvent: "input.complete",
    scrollIntoView: true,
  });
}

// @ts-check
// What a chosen completion becomes in the text: quotes, colon and commas where they are missing. Pure.

/**
 * @typedef {{
 *   label: string, type: string, insert: string, detail?: string, text?: string, reason?: string, boost?: number,
 *   facts?: [string, string][],
 * }} Option
 */
/**
 * @typedef {{
 *   mode: "key" | "value" | "inside", from: number, to: number, isQuoted: boolean, isClosed: boolean,
 *   hasColon: boolean, commaAt: number | null, needsComma: boolean, isInToken: boolean, options: Option[],
 * }} Offer
 */

/**
 * What to write, where; in a template ${words} are to be typed over.
 * @param {Offer} offer
 * @param {Option} option
 * @param {{from: number, to: number}} token what is replaced, without its quotes
 * @returns {{comma: number | null, range: {from: number, to: number}, text: string, isTemplate: boolean}}
 */
export function written(offer, option, token) {
  if (offer.mode === "inside") {
    const isCall = option.insert.endsWith("(");
    return { comma: null, range: token, text: isCall ? `${option.insert}\${})` : option.insert, isTemplate: isCall };
  }
  const range = { from: token.from - Number(offer.isQuoted), to: token.to + Number(offer.isClosed) };
  const isRenamed = offer.mode === "key" && offer.hasColon;
  const text = isRenamed ? JSON.stringify(option.label) : option.insert;
  const end = offer.needsComma && !isRenamed ? "," : "";
  return { comma: offer.commaAt, range, text: text + end, isTemplate: offer.mode === "key" && !isRenamed };
}

/**
 * How far one can go on typing before the server is asked again: up to the next step of a path.
 * @param {string} typed
 */
export function pickUp(typed) {
  const before = typed.replace(/[^.[]*$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${before}[^.["\\s]*$`);
}

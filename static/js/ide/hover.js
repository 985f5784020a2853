// @ts-check
// What is known about what the pointer rests on.
import { hoverTooltip } from "../../vendor/codemirror.js";
import { cardElement } from "./card.js";

/** @param {(position: number) => Promise<any>} ask */
export function hovering(ask) {
  return hoverTooltip(async (/** @type {any} */ view, /** @type {number} */ position) => {
    const answer = await ask(position);
    if (!answer || answer.to > view.state.doc.length) return null;
    return { pos: answer.from, end: answer.to, above: true, create: () => ({ dom: cardElement(answer) }) };
  });
}

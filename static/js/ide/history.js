// @ts-check
// Two versions as pictures, with what changed between them.
import { mount } from "../diagram/diagram.js";

const pictures = JSON.parse(document.getElementById("history-pictures")?.textContent ?? "[]");

// One after the other: only the layout that was asked for last is kept.
for (const place of document.querySelectorAll("[data-picture]")) {
  const picture = pictures[Number(place.getAttribute("data-picture"))];
  if (picture) await show(/** @type {HTMLElement} */ (place), picture);
}

/**
 * @param {HTMLElement} place
 * @param {{dot: string, states: any[], statuses: Record<number, string>}} picture
 */
async function show(place, { dot, states, statuses }) {
  const diagram = mount(place);
  diagram.mark(statuses);
  await diagram.draw(dot, states);
}

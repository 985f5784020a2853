// @ts-check
// A flow's page: its diagram; a chosen state is marked in the list of steps.
import { mount } from "../diagram/diagram.js";

const place = document.querySelector("[data-diagram]");
const source = document.getElementById("flow-diagram");

/** @param {number | null} index */
function markStep(index) {
  document.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
  const row = index === null ? null : document.getElementById(`step-${index}`);
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
}

if (place instanceof HTMLElement && source) {
  const { dot, states } = JSON.parse(source.textContent ?? "{}");
  void mount(place, { onSelect: markStep }).draw(dot, states);
}

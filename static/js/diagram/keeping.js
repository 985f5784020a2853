// @ts-check
// What stays when a new picture takes the place of the old one. Pure.

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./outline.js").State} State */

/**
 * The number that the chosen state has now, and how far it has moved, or else the first state that is still there.
 * States are known by their names: their numbers change with every state that is put in.
 * @param {{states: State[], boxes: Map<number, Box> | undefined, selected: number | null}} old
 * @param {{states: State[], boxes: Map<number, Box>}} fresh
 * @returns {{selected: number | null, by: {x: number, y: number} | undefined}}
 */
export function keptOf(old, fresh) {
  const now = new Map(fresh.states.map(({ name, index }) => [name, index]));
  const name = old.states.find(({ index }) => index === old.selected)?.name;
  const selected = name === undefined ? old.selected : now.get(name) ?? null;
  const isThere = name !== undefined && now.has(name);
  const anchor = old.states.find((state) => (isThere ? state.name === name : now.has(state.name)));
  const before = anchor && old.boxes?.get(anchor.index);
  const after = anchor && fresh.boxes.get(now.get(anchor.name) ?? -1);
  return { selected, by: before && after && { x: before.x - after.x, y: before.y - after.y } };
}

/**
 * The ways out by Catch, as [from, to].
 * @param {State[]} states
 * @returns {[number, number][]}
 */
export function catchesOf(states) {
  return states.flatMap(({ index, ways }) => (
    (ways ?? []).flatMap(({ to, kind }) => (kind === "catch" ? [/** @type {[number, number]} */ ([index, to])] : []))
  ));
}

// @ts-check
// Where the states stand in the text, read off CodeMirror's syntax tree. Pure.

/** @typedef {{name: string, from: number, to: number, nameFrom: number, nameTo: number}} Place */
/** @typedef {{name: string, node: any, key: any}} Member a property of an object, as nodes of the tree */

/**
 * The states in the order of the text, each from its name to the end of its value.
 * @param {{topNode: any}} tree
 * @param {(from: number, to: number) => string} slice the text between two positions
 * @returns {Place[]}
 */
export function statePlaces(tree, slice) {
  const root = tree.topNode.getChild("Object");
  const states = members(root, slice).find(({ name }) => name === "States");
  return members(states?.node.getChild("Object"), slice).map(({ name, node, key }) => ({
    name, from: node.from, to: node.to, nameFrom: key.from, nameTo: key.to,
  }));
}

/**
 * @param {any} object
 * @param {(from: number, to: number) => string} slice
 * @returns {Member[]}
 */
function members(object, slice) {
  return (object?.getChildren("Property") ?? []).flatMap((/** @type {any} */ node) => {
    const key = node.getChild("PropertyName");
    return key ? [{ name: unquoted(slice(key.from, key.to)), node, key }] : [];
  });
}

/** @param {string} literal */
function unquoted(literal) {
  try {
    return JSON.parse(literal);
  } catch {
    return literal.slice(1, -1);
  }
}

/**
 * The state that holds a position.
 * @param {Place[]} places
 * @param {number} position
 */
export function placeAt(places, position) {
  return places.find(({ from, to }) => from <= position && position <= to);
}

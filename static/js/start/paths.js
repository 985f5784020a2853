// @ts-check
// Paths inside a collection. Pure.

/**
 * @param {string} folder ends with "/"
 * @param {string} name
 * @param {boolean} isFolder
 */
export function join(folder, name, isFolder) {
  return `${folder.endsWith("/") ? folder : `${folder}/`}${name}${isFolder ? "/" : ""}`;
}

/**
 * The folders from the root to `path`: [{name: "/", path: "/"}, {name: "a", path: "/a/"}].
 * @param {string} path
 */
export function crumbs(path) {
  const steps = [{ name: "/", path: "/" }];
  for (const name of path.split("/").filter(Boolean)) {
    steps.push({ name, path: `${steps[steps.length - 1].path}${name}/` });
  }
  return steps;
}

/**
 * Folders first, then names as people sort them: "run 2" before "run 10".
 * @template {{name: string, type: string}} T
 * @param {T[]} entries
 */
export function sorted(entries) {
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return [...entries].sort((a, b) => Number(b.type === "dir") - Number(a.type === "dir") || order.compare(a.name, b.name));
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * "0 B", "999 B", "1.5 kB", "12 MB".
 * @param {number} bytes
 */
export function size(bytes) {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step && value < 10 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)} ${UNITS[step]}`;
}

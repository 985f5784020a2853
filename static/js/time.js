// @ts-check
// Times and durations in words. Pure: the current time and the zone are arguments.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long, e.g. "723 ms", "6.2 s", "45 s", "3m 12s", "2h 5m", "3d 4h".
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const span = Math.max(0, milliseconds);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND) return `${trim(Math.floor(span / 100) / 10)} s`;
  if (span < 90 * SECOND) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return pair(span, MINUTE, "m", SECOND, "s");
  if (span < DAY) return pair(span, HOUR, "h", MINUTE, "m");
  return pair(span, DAY, "d", HOUR, "h");
}

/** @param {number} value */
function trim(value) {
  return value.toFixed(1).replace(/\.0$/, "");
}

/**
 * @param {number} span
 * @param {number} large
 * @param {string} largeName
 * @param {number} small
 * @param {string} smallName
 */
function pair(span, large, largeName, small, smallName) {
  return `${Math.floor(span / large)}${largeName} ${Math.floor((span % large) / small)}${smallName}`;
}

/**
 * When, seen from `now`: "just now", "3 min ago", "in 2 h", "yesterday"; older than a week, the date.
 * @param {Date} instant
 * @param {Date} now
 * @param {string} [zone] an IANA name; without it the reader's own
 */
export function relative(instant, now, zone) {
  const ago = now.getTime() - instant.getTime();
  const distance = Math.abs(ago);
  if (distance < 10 * SECOND) return "just now";
  if (distance >= 7 * DAY) return date(instant, now, zone);
  const words = distanceInWords(distance);
  return ago > 0 ? `${words} ago` : `in ${words}`;
}

/** @param {number} distance */
function distanceInWords(distance) {
  if (distance < MINUTE) return `${Math.floor(distance / SECOND)} s`;
  if (distance < HOUR) return `${Math.floor(distance / MINUTE)} min`;
  if (distance < DAY) return `${Math.floor(distance / HOUR)} h`;
  const days = Math.floor(distance / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/**
 * @param {Date} instant
 * @param {Date} now
 * @param {string} [zone]
 */
function date(instant, now, zone) {
  const year = instant.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year, timeZone: zone }).format(instant);
}

/** @type {Map<string, Intl.DateTimeFormat>} making one takes longer than a hundred uses */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function format(options) {
  const key = JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", options);
  formats.set(key, known);
  return known;
}

/**
 * The whole of it, to the second and with its zone: "24 Nov 2026, 14:02:11 UTC".
 * @param {Date} instant
 * @param {string} [zone]
 */
export function absolute(instant, zone) {
  return format({
    day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZone: zone, timeZoneName: "short",
  }).format(instant);
}

/**
 * The time of day: "14:02:11".
 * @param {Date} instant
 * @param {string} [zone]
 */
export function clock(instant, zone) {
  return format({ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone }).format(instant);
}

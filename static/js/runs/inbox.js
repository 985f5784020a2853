// @ts-check
// On every page: how much waits for the reader, as soon as it changes; on the inbox itself, what it is.
import { WebSocket as ReconnectingWebSocket } from "../../vendor/partysocket.js";
import { ask } from "./asking.js";

const POLL_MILLISECONDS = 2000;
const PATIENCE_MILLISECONDS = 3000;
const OVER = new Set([4400, 4401, 4404]);

/** @typedef {{count: number, newest: {id: string, title: string, flow: string} | null}} Waiting */

const bell = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-inbox]"));
/** @type {Waiting | null} */
let known = null;
let isOpen = false;
let isOver = false;
let timer = 0;

/** @param {Waiting} waiting */
function take(waiting) {
  const before = known;
  known = waiting;
  show(waiting.count);
  if (before === null) return;
  if (waiting.count > before.count) announce(waiting);
  if (waiting.count !== before.count || waiting.newest?.id !== before.newest?.id) refreshList();
}

/** @param {number} count */
function show(count) {
  const words = count ? `${count} ${count === 1 ? "waits" : "wait"} for you` : "Nothing waits for you";
  part("words").textContent = words;
  part("count").textContent = count > 99 ? "99+" : String(count);
  part("count").hidden = !count;
  if (bell) bell.title = words;
}

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-inbox-${name}]`));
}

/** @param {Waiting} waiting */
function announce({ newest }) {
  if (!newest) return;
  part("spoken").textContent = `${newest.flow} asks: ${newest.title}`;
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(newest.title, { body: `${newest.flow} waits for you.`, tag: newest.id });
  shown.addEventListener("click", () => { window.focus(); location.assign(bell?.href ?? "/inbox/"); });
}

/** The list is drawn anew, unless the reader is in the middle of an answer: then they are asked. */
async function refreshList() {
  const list = document.querySelector("[data-inbox-list]");
  if (!list) return;
  if (list.contains(document.activeElement) || list.querySelector("input:checked")) {
    part("more").hidden = false;
    return;
  }
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok) return; // the next change asks again
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-inbox-list]");
  if (fresh) list.replaceWith(document.adoptNode(fresh));
}

async function poll() {
  if (!isOpen && !isOver && !document.hidden) {
    const answer = await ask(`${bell?.href}count`);
    if (answer?.ok) take(answer.body);
  }
  schedule(POLL_MILLISECONDS);
}

/** @param {number} wait */
function schedule(wait) {
  clearTimeout(timer);
  if (!isOpen && !isOver && !document.hidden) timer = window.setTimeout(poll, wait);
}

function connect() {
  const host = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
  const socket = new ReconnectingWebSocket(`${host}/ws/inbox/`, [], { minReconnectionDelay: 1000, maxReconnectionDelay: 30000, reconnectionDelayGrowFactor: 1.5 });
  socket.addEventListener("open", () => { isOpen = true; clearTimeout(timer); });
  socket.addEventListener("message", (/** @type {any} */ event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", (/** @type {any} */ event) => {
    isOpen = false;
    isOver ||= OVER.has(event.code);
    if (isOver) socket.close();
    else schedule(PATIENCE_MILLISECONDS);
  });
}

if (bell) {
  connect();
  document.addEventListener("visibilitychange", () => schedule(0));
  schedule(PATIENCE_MILLISECONDS);
}

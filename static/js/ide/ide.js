// @ts-check
// The editor page: two texts, their problems, the diagram, drafts and publishing.
import { mount as mountDiagram } from "../diagram/diagram.js";
import { addShortcut, csrfToken, postJSON, toast } from "../site.js";
import { mountTabs, showTab } from "../site/tabs.js";
import { ensureSyntaxTree } from "../../vendor/codemirror.js";
import { Checker } from "./checker.js";
import { Drafts } from "./drafts.js";
import { mountDrawer } from "./drawer.js";
import { editingTools } from "./editing_tools.js";
import { showChoices } from "./fixmenu.js";
import { formatting } from "./format.js";
import { mountInAndOut } from "./in_and_out.js";
import { mountKeys } from "./keys.js";
import { mountOverview } from "./overview.js";
import { placeAt, statePlaces } from "./places.js";
import { at, counted, diagnostics, following, onLine, staleReason } from "./problems.js";
import { mountPublish } from "./publish.js";
import { mountShare, shareLink, showShare } from "./share.js";
import { mountSplit } from "./split.js";
import { change, mark, mountText, showPlace } from "./text.js";
import { mountTogether } from "./together.js";
import { mountTrying } from "./trying.js";
import { understandingOf } from "./understanding.js";

/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {import("./problems.js").DocumentName} DocumentName */

const PARSE_MILLISECONDS = 50;
const NAMES = /** @type {DocumentName[]} */ (["definition", "input_schema"]);
const LABELS = { definition: "Definition", input_schema: "Input schema" };

const root = /** @type {HTMLElement} */ (document.querySelector("[data-ide]"));
const page = read("ide-page");
const addresses = read("ide-addresses");

/** @type {Problem[]} */
let problems = [];
/** @type {{index: number, name: string}[]} */
let states = [];
let isFollowing = true;
let isReady = false;
let isTouched = false;

const understanding = understandingOf(document, {
  flow: page.flow,
  texts,
  cursor: () => ({ name: shownName(), position: views[shownName()].state.selection.main.head }),
  onGo: ({ document: name, from, to }) => {
    showDocument(name);
    showPlace(views[name], from, { to, focus: true });
  },
  onEdits: (name, edits) => {
    change(views[name], edits);
    views[name].focus();
  },
});
/** @type {Record<DocumentName, ReturnType<typeof mountText>>} */
const views = { definition: mountDocument("definition"), input_schema: mountDocument("input_schema") };
const tools = editingTools(root, {
  view: views.definition, addresses, palette: page.palette,
  diagram: () => diagram, states: () => /** @type {any[]} */ (states), show: showState,
});
/** @type {ReturnType<typeof mountDiagram>} */
const diagram = mountDiagram(part("[data-diagram]"), { onSelect: onState, editing: tools.hooks });
const drawer = mountDrawer(part("[data-drawer]"), { onGo: goTo, onFix: (problem) => applyFix(problem, problem.fixes[0]), onExplain: ({ code }) => understanding.explain(code) });
const overviews = {
  definition: mountOverview(part("[data-editor=definition]"), goTo),
  input_schema: mountOverview(part("[data-editor=input_schema]"), goTo),
};
const checker = new Checker({
  texts,
  ask: (texts) => postJSON(addresses.check, texts),
  onAnswer: showAnswer,
  onTrouble: (words) => drawer.trouble(words),
});
const drafts = new Drafts({
  saved: page.draft,
  content: () => ({ ...texts(), title: title(), flow: page.flow, base: page.base }),
  send: (saved, body, options) => postJSON(saved ? `${addresses.drafts}/${saved.id}` : addresses.drafts, body, options),
  onSaved: showSaved,
  onState: sayState,
  onConflict: showConflict,
});
const publishing = mountPublish(/** @type {HTMLDialogElement} */ (document.querySelector("[data-publish]")), {
  title,
  send: (fields) => postJSON(addresses.publish, { ...drafts.content(), draft: drafts.saved?.id, ...fields }),
  onProblems: (answer) => { showAnswer(answer); drawer.open(true); },
  onPublished: ({ edit }) => { drafts.forget(); together.saved(); sayState("Published"); history.replaceState(null, "", edit); },
  onMerge: () => together.mergePublished(),
});
const trying = mountTrying(root.querySelector("[data-try]"), {
  texts, flow: page.flow, draft: () => drafts.saved?.id, keepDraft: () => drafts.save(),
  diagram: () => diagram, states: () => /** @type {any[]} */ (states), show: () => showTab(part("#tab-try")),
});
const together = mountTogether(root, {
  page, texts, title, drafts,
  edit: (name, edits) => { showDocument(name); change(views[name], edits); },
  state: () => states.find(({ index }) => index === diagram.chosen.state)?.name,
});
const inAndOut = mountInAndOut(root, {
  texts, title, addresses, flow: page.flow,
  edit: (name, edits) => { showDocument(name); change(views[name], edits); },
  onTitle: showTitle, share: () => actions.share(),
});
const shareDialog = /** @type {HTMLDialogElement} */ (document.querySelector("[data-share]"));

const actions = {
  ...inAndOut.actions,
  share: () => showShare(shareDialog, new URL(addresses.scratch, location.href).href, texts()),
  format,
  validate,
  publish,
  discard,
  reload: () => location.reload(),
  merge: () => together.mergeDraft(),
  mergePublished: () => together.mergePublished(),
  useLocal: () => together.useLocal(),
  dropLocal: () => together.dropLocal(),
  overwrite: () => { drafts.isForced = true; part("[data-conflict]").hidden = true; drafts.save(); },
};

mountTabs(root);
mountSplit(part("[data-panes]"), part("[data-divider]"));
mountShare(shareDialog, toast);
mountKeys({
  save, publish, format, validate,
  next: () => step(1),
  previous: () => step(-1),
  fix: chooseFix,
  rename: () => understanding.rename(),
  define: () => understanding.define(),
  outline: () => understanding.outline(),
}, addShortcut);
root.addEventListener("click", onAction);
root.addEventListener("tabs:show", () => { views[shownName()].requestMeasure(); inAndOut.follow(); });
root.querySelector("[data-title]")?.addEventListener("input", () => keep());
addEventListener("pagehide", () => page.isSignedIn && drafts.leave());
addEventListener("beforeunload", (event) => (drafts.isDirty || isTouched) && event.preventDefault());
root.querySelector("[data-sign-in]")?.addEventListener("click", signIn);
showAnswer(page.answer);
if (page.isShared) unpack();
if (page.draft) sayState(`Draft of ${new Date(page.draft.saved_at).toLocaleString()}`);
else if (!page.isSignedIn) sayState("Not kept: you are not signed in");
isReady = true;

/** @param {string} id */
function read(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/** @param {string} selector */
function part(selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/** @param {DocumentName} name */
function mountDocument(name) {
  return mountText(part(`[data-editor=${name}]`), {
    text: page[name],
    label: LABELS[name],
    extensions: understanding.extensions(name),
    onChange: () => {
      root.dataset.current = "false";
      checker.changed();
      inAndOut.follow();
      keep();
    },
    onCursor: (position) => {
      if (name === "definition" && isFollowing) follow(position);
      understanding.moved();
    },
  });
}

function texts() {
  return { definition: views.definition.state.doc.toString(), input_schema: views.input_schema.state.doc.toString() };
}

function title() {
  const field = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-title]"));
  return field ? field.value.trim() : page.title;
}

/** @param {string} words */
function showTitle(words) {
  const field = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-title]"));
  if (field && !field.value.trim()) field.value = words;
}

function shownName() {
  return NAMES.find((name) => !part(`[data-editor=${name}]`).hidden) ?? "definition";
}

/** @param {DocumentName} name */
function showDocument(name) {
  if (shownName() !== name) showTab(part(`#tab-${name}`));
}

// --- problems and the diagram

/** @param {any} answer */
function showAnswer(answer) {
  problems = answer.problems;
  drawer.show(problems, answer.states);
  for (const name of NAMES) {
    mark(views[name], diagnostics(problems, name, views[name].state.doc.length, applyFix));
    overviews[name].show(problems.filter((problem) => problem.document === name), views[name].state.doc.lines);
    const own = problems.filter((problem) => problem.document === name && problem.severity !== "hint");
    part(`[data-count=${name}]`).textContent = own.length ? String(own.length) : "";
    part(`[data-count=${name}]`).title = own.length ? counted(own) : "";
  }
  const drawn = answer.diagram ? draw(answer.diagram) : diagram.stale(staleReason(problems));
  trying.answered(answer);
  Promise.resolve(drawn).then(() => { root.dataset.current = String(checker.isCurrent); });
}

/** @param {{dot: string, states: any[]}} picture */
async function draw(picture) {
  states = picture.states;
  diagram.stale(null);
  await diagram.draw(picture.dot, picture.states);
  follow(views.definition.state.selection.main.head);
}

function places() {
  const { state } = views.definition;
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MILLISECONDS);
  return tree ? statePlaces(tree, (from, to) => state.sliceDoc(from, to)) : [];
}

/**
 * Light up the state that the cursor is in.
 * @param {number} position
 */
function follow(position) {
  const name = placeAt(places(), position)?.name;
  diagram.select(states.find((state) => state.name === name)?.index ?? null);
  tools.follow();
}

/**
 * A state was chosen in the diagram: go to its text.
 * @param {number | null} index
 * @param {{isOpened: boolean}} how
 */
function onState(index, { isOpened }) {
  const name = states.find((state) => state.index === index)?.name;
  if (name !== undefined) showState(name, isOpened);
  tools.follow();
}

/**
 * @param {string} name
 * @param {boolean} focus whether the text gets it
 */
function showState(name, focus) {
  const place = places().find((place) => place.name === name);
  if (!place) return;
  showDocument("definition");
  isFollowing = false;
  showPlace(views.definition, place.nameFrom, { focus });
  isFollowing = true;
}

/** @param {Problem} problem */
function goTo(problem) {
  showDocument(problem.document);
  showPlace(views[problem.document], problem.from, { to: problem.to, focus: true });
}

/** @param {1 | -1} direction */
function step(direction) {
  const name = shownName();
  const problem = following(problems, name, views[name].state.selection.main.head, direction);
  if (!problem) return toast("No problems found.");
  goTo(problem);
  part("[data-problem-counts]").textContent = `${counted(problems)}. ${problem.message}`;
}

/**
 * @param {Problem} problem
 * @param {import("./problems.js").Fix | undefined} fix
 */
function applyFix(problem, fix) {
  if (!fix) return;
  if (!checker.isCurrent) return toast("The text has just changed; the fix is for an older one. Try again.", "warning");
  showDocument(problem.document);
  change(views[problem.document], fix.edits);
}

function chooseFix() {
  const name = shownName();
  const view = views[name];
  const position = view.state.selection.main.head;
  const narrow = at(problems, name, position).filter(({ fixes }) => fixes.length);
  const found = narrow.length ? narrow : onLine(problems, name, view.state.doc.lineAt(position).number);
  const choices = found.flatMap((problem) => problem.fixes.map((fix) => (
    { title: fix.title, apply: () => applyFix(problem, fix) }
  )));
  const place = view.coordsAtPos(position);
  if (!choices.length || !place) return toast("There is no fix for what is at the cursor.", "info");
  showChoices(place, choices);
}

// --- what the buttons and keys do

/** @param {Event} event */
function onAction(event) {
  const button = /** @type {Element} */ (event.target).closest("[data-action]");
  const name = button instanceof HTMLElement ? button.dataset.action : undefined;
  if (name && name in actions) actions[/** @type {keyof typeof actions} */ (name)]();
}

async function validate() {
  const answer = await checker.now();
  if (!answer) return;
  drawer.open(answer.problems.length > 0);
  if (!answer.problems.length) toast(`No problems found in ${answer.states} states.`);
}

function format() {
  const view = views[shownName()];
  const edits = formatting(view.state.doc.toString());
  if (!edits) return toast("Only valid JSON can be formatted. Mend the marked places first.", "warning");
  if (edits.length) change(view, edits);
}

/** A link packs its texts on one line: unfold them for reading. Nothing has been typed yet. */
function unpack() {
  for (const view of Object.values(views)) {
    const edits = view.state.doc.lines === 1 ? formatting(view.state.doc.toString()) : null;
    if (edits) change(view, edits);
  }
}

async function publish() {
  if (!page.isSignedIn) return toast("Sign in to publish.", "warning");
  const answer = await checker.now();
  const errors = answer?.problems.filter((/** @type {Problem} */ problem) => problem.severity === "error");
  if (!errors?.length) return publishing.open();
  drawer.open(true);
  toast(`Not published: ${counted(errors)} to mend first.`, "error");
}

// --- keeping the text

function keep() {
  if (!isReady) return;
  together.changed();
  if (page.isSignedIn) drafts.changed();
  else isTouched = true;
}

/**
 * Take the text along through signing in.
 * @param {Event} event
 */
async function signIn(event) {
  event.preventDefault();
  const { origin } = location;
  const link = await shareLink(new URL(addresses.scratch, origin).href, texts());
  isTouched = false;
  location.assign(`/sign-in/?next=${encodeURIComponent(link.slice(origin.length))}`);
}

async function save() {
  if (!page.isSignedIn) return toast("Sign in to keep drafts. The Share button makes a link that holds the text.", "warning");
  await drafts.save();
}

/** @param {import("./drafts.js").Saved} saved */
function showSaved({ address, saved_at }) {
  together.saved();
  sayState(`Draft saved at ${new Date(saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
  if (location.pathname !== address) history.replaceState(null, "", address);
}

/**
 * @param {string} words
 * @param {boolean} [isTrouble]
 */
function sayState(words, isTrouble = false) {
  const element = part("[data-saved]");
  element.textContent = words;
  element.classList.toggle("is-trouble", isTrouble);
}

/** @param {string} words */
function showConflict(words) {
  part("[data-conflict-text]").textContent = words;
  part("[data-conflict]").hidden = false;
  together.mergeDraft();
}

async function discard() {
  const { saved } = drafts;
  if (!saved || !confirm("Discard what you changed since the published version? This cannot be undone.")) return;
  const reply = await fetch(`${addresses.drafts}/${saved.id}`, { method: "DELETE", headers: { "X-CSRFToken": csrfToken() } });
  if (!reply.ok) return toast("The draft could not be discarded. Try again.", "error");
  drafts.forget();
  together.saved();
  location.reload();
}

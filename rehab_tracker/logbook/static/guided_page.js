// The guided session's page: opens the plan and the session under way, keeps every tap, shows the place.
import { itemOf, lightOf, localDay } from "./entry.js";
import { currentOf, FINISH, fresh, LIGHT, OVERVIEW, saved } from "./guided.js";
import { announce, say, words } from "./pieces.js";
import { programOn } from "./standing.js";
import { keepSending, send, sendNow, waiting, waitingRow } from "./outbox.js";
import { ask, kept, refresh } from "./plan.js";
import { mayWakeOff, recall, stayAwake } from "./signals.js";
import { deviceId, drop, keep, keepSaved, read, setting } from "./store.js";
import { showExercise } from "./exercise_screen.js";
import { showFinish } from "./finish_screen.js";
import { showHome } from "./home_screen.js";
import { showLight } from "./light_screen.js";
import { showOverview } from "./overview_screen.js";

const OVER_AFTER_MS = 60 * 60 * 1000;
const RETURN_AFTER_MS = 18 * OVER_AFTER_MS;
const NO_ANSWER = ["TypeError", "TimeoutError"];
const programId = location.pathname.match(/^\/train\/([0-9a-f-]{36})$/)?.[1];
const otherTabs = new BroadcastChannel("current");
const page = { kept: true, outbox: [], change, save, restart };
let shown = null;
let update = null;

async function open() {
  page.plan = await planHere();
  if (!page.plan) return showHome(null, await setting("owner").catch(() => null), words[navigator.onLine ? "no_plan" : "no_signal"]);
  page.owner = page.plan.owner;
  page.program = programIn(page.plan);
  page.outbox = await waiting(page.owner).catch(() => []);
  page.key = `${page.owner}/${programId}`;
  await resume(await read("current", page.key).catch(() => null));
  if (!page.program) return showHome(page.plan, page.owner, reason());
  draw();
}

function programIn(plan) {
  const program = plan.programs.find(({ id }) => id === programId);
  return program && programOn(program);
}

function reason() {
  if (programId) return words.unknown;
  return navigator.onLine ? "" : words.no_signal;
}

/** The kept plan at once, and a fresh one behind it; without a kept one, the fresh one. */
async function planHere() {
  try {
    const plan = await kept();
    if (!plan || (programId && !programIn(plan))) return await refresh();
    refresh().then((fresh) => renew(fresh, plan.owner), () => {});
    return plan;
  } catch (problem) {
    if (problem.status || NO_ANSWER.includes(problem.name)) return kept().catch(() => null);
    refuse();
    return ask("/log/plan").catch(() => null);
  }
}

/** A newer plan changes a session that is not begun; one under way stays under its version.
    Where somebody else has signed in meanwhile, nothing of the plan that was kept stays on show. */
function renew(plan, shownOwner) {
  if (plan.owner !== shownOwner) return location.replace("/train");
  page.plan = plan;
  if (!programId) return showHome(plan, plan.owner, reason());
  const program = programIn(plan);
  const untouched = page.state?.began_at === null && page.state.version_id !== program?.version_id;
  if (!program || !untouched) return;
  page.program = program;
  restart();
}

function resume(row) {
  const now = Date.now();
  const over = row?.state.place === LIGHT && now - row.state.saved_at > OVER_AFTER_MS;
  const other = row?.state.began_at === null && row.state.version_id !== page.program?.version_id;
  if (row && !over && !other) {
    page.program = row.program;
    page.state = row.state;
    if (row.state.place !== LIGHT && now - row.state.began_at > RETURN_AFTER_MS) page.state.place = OVERVIEW;
  } else if (page.program) page.state = anew();
}

const anew = () =>
  fresh(page.program, {
    client_id: crypto.randomUUID(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    morning: page.plan.mornings.find(({ on_day }) => on_day === localDay(Date.now()))?.pain ?? null,
  });

function restart() {
  shown = null;
  return change(anew);
}

/** Apply what a tap did: shown at once, then kept. */
async function change(turn) {
  page.state = turn(page.state);
  draw();
  await keepCurrent();
}

const currentRow = (state) => ({ key: page.key, owner: page.owner, program: page.program, state });

async function keepCurrent() {
  if (!page.kept) return;
  await keep("current", currentRow(page.state)).then(() => otherTabs.postMessage(page.key), refuse);
}

otherTabs.addEventListener("message", async ({ data }) => {
  const row = data === page.key && (await read("current", data));
  if (!row) return;
  if (row.state.client_id !== page.state.client_id) shown = null;
  page.state = row.state;
  draw();
});

/** Save the session; returns what stands in the way, or nothing. */
async function save() {
  const state = saved(page.state, Date.now());
  const item = itemOf(state);
  const problem = page.kept ? await keepAndSend(state, item) : await sendDirectly(item);
  if (problem) return problem;
  page.state = page.kept ? (await read("current", page.key)).state : state;
  draw();
  announce(words.colors[lightOf(page.state, page.plan, page.program.limits).color]);
  return "";
}

async function keepAndSend(state, item) {
  try {
    await keepSaved(currentRow(state), waitingRow(page.owner, item, { program: page.program, state }));
  } catch {
    refuse();
    return sendDirectly(item);
  }
  otherTabs.postMessage(page.key);
  if (!navigator.onLine) navigator.storage?.persist?.(); // what waits here must outlast a full disk
  send().catch(() => {});
  return "";
}

async function sendDirectly(item) {
  try {
    const pass = await ask("/log/ticket");
    if (pass.owner !== page.owner) return words.other_person;
    page.device ??= await deviceId().catch(() => crypto.randomUUID());
    const [{ message }] = await sendNow([item], pass, page.device);
    if (!message) await drop("current", page.key).catch(() => {}); // or a reload would begin it again
    return message ?? "";
  } catch {
    return words.direct_lost;
  }
}

function refuse() {
  page.kept = false;
  const notice = Object.assign(document.createElement("p"), { className: "flash flash--warning", textContent: words.refused });
  document.getElementById("notice").replaceChildren(notice);
}

const SCREENS = { [OVERVIEW]: showOverview, [FINISH]: showFinish, [LIGHT]: showLight };

function draw() {
  const { place, client_id: id, revision } = page.state;
  const here = `${id}/${revision}/${place}`;
  if (shown === here) return update?.();
  shown = here;
  update = (SCREENS[place] ?? showExercise)(page);
  const count = page.state.exercises.length;
  document.getElementById("progress").textContent = currentOf(page.state) ? say("of", { place: place + 1, count }) : "";
  if (currentOf(page.state)) stayAwake();
  else mayWakeOff();
}

document.addEventListener("visibilitychange", () => page.state && currentOf(page.state) && stayAwake());
await recall().catch(() => {});
await open();
keepSending();

// The plan that the phone keeps for its person: fetched when there is signal, read when there is none.
import { all, change, drop, forget, keep, read, remember, setting } from "./store.js";

const KEPT_MS = 14 * 24 * 60 * 60 * 1000;
const FIGURES = "figures";
const PATIENCE_MS = 20_000;
let hasLeft = false;

/** Ask the server for a kind of JSON; throws with `status` where it does not answer with it. */
export async function ask(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { Accept: "application/json", ...options.headers },
  });
  if (answer.ok) return answer.json();
  throw Object.assign(new Error(answer.statusText), { status: answer.status });
}

/** Fetch the plan and keep it; who is signed in now is from now on this phone's person. */
export async function refresh(now = Date.now()) {
  const plan = { ...(await ask("/log/plan")), kept_at: now };
  await settle(plan.owner);
  for (const { signs, on_day, pain } of await all("answers", plan.owner)) {
    if (signs?.length) plan.is_held = true;
    if (on_day) addMorning(plan, on_day, pain);
  }
  await keep("plans", { owner: plan.owner, plan });
  await keepFigures(plan).catch(() => {});
  return plan;
}

/** Make somebody this phone's person; what an earlier one could see of their plan is gone. */
export async function settle(owner) {
  if (hasLeft) throw new Error("signed out meanwhile");
  const before = await setting("owner");
  if (before && before !== owner) await drop("plans", before);
  await remember("owner", owner);
}

/** The kept plan of this phone's person, or null; 14 days without contact wipe it. */
export async function kept(now = Date.now()) {
  const owner = await setting("owner");
  const row = owner && (await read("plans", owner));
  if (!row) return null;
  if (now - row.plan.kept_at <= KEPT_MS) return row.plan;
  await wipe(owner);
  return null;
}

/** Hold the kept plan from now on; the clinic lifts it. */
export const hold = (owner) => change("plans", owner, (row) => ({ ...row, plan: { ...row.plan, is_held: true } }));

/** Let the kept plan know of a morning. */
export const tellMorning = (owner, onDay, pain) =>
  change("plans", owner, (row) => {
    addMorning(row.plan, onDay, pain);
    return row;
  });

function addMorning(plan, onDay, pain) {
  const others = plan.mornings.filter((morning) => morning.on_day !== onDay);
  plan.mornings = [...others, { on_day: onDay, pain }];
}

/** Forget somebody's plan and its pictures; sessions that wait to be sent stay. */
async function wipe(owner) {
  await drop("plans", owner);
  await caches?.delete(FIGURES);
}

/** Forget this phone's person; what is not yet sent waits for them alone. */
export async function leave() {
  hasLeft = true;
  const owner = await setting("owner");
  if (!owner) return;
  await wipe(owner);
  for (const row of await all("current", owner)) await drop("current", row.key);
  for (const row of await all("outbox", owner)) if (row.state === "sent") await drop("outbox", row.client_id);
  await forget("owner");
}

async function keepFigures(plan) {
  const wanted = new Set(
    plan.programs.flatMap(({ exercises, next }) =>
      [...exercises, ...(next?.exercises ?? [])].flatMap(({ figures }) => Object.values(figures ?? {})),
    ),
  );
  const pictures = await caches.open(FIGURES);
  for (const { url } of await pictures.keys()) {
    if (!wanted.delete(new URL(url).pathname)) await pictures.delete(url);
  }
  await Promise.allSettled([...wanted].filter(Boolean).map((address) => pictures.add(address)));
}

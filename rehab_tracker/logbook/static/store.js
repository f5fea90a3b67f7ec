// What the phone keeps, in IndexedDB: plans, sessions under way, the outbox, answers that are not sent
// yet, and a few settings.
// Every row of a person carries their `owner`; readers ask for one owner's rows only.

const STORES = { plans: "owner", current: "key", outbox: "client_id", answers: "client_id", settings: "name" };
let opening = null;

function database() {
  opening ??= opened().catch((problem) => {
    opening = null;
    throw problem;
  });
  return opening;
}

function opened() {
  return new Promise((done, broke) => {
    const asked = indexedDB.open("rehab", 2);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath });
      }
    };
    asked.onerror = () => broke(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      asked.result.onclose = () => { opening = null; };
      done(asked.result);
    };
  });
}

/** Run one transaction; it is answered once the phone has it on its disk. */
async function run(store, mode, act) {
  const db = await database();
  return new Promise((done, broke) => {
    const deal = db.transaction(store, mode, { durability: "strict" });
    const asked = act(deal.objectStore(store));
    deal.oncomplete = () => done(asked.result);
    deal.onabort = () => broke(deal.error ?? asked.error);
  });
}

/** Write and commit at once, so that the page may go away in the same moment and the write stays. */
const write = (store, act) =>
  run(store, "readwrite", (rows) => {
    const asked = act(rows);
    rows.transaction.commit();
    return asked;
  });

export const read = (store, key) => run(store, "readonly", (rows) => rows.get(key));
export const keep = (store, row) => write(store, (rows) => rows.put(row));
export const drop = (store, key) => write(store, (rows) => rows.delete(key));

/** One owner's rows. */
export const all = async (store, owner) => (await everybodys(store)).filter((row) => row.owner === owner);

const everybodys = (store) => run(store, "readonly", (found) => found.getAll());

/** The owners of what waits on this phone to be sent or looked at, each as often as something does. */
export async function unsentOwners() {
  const rows = [...(await everybodys("outbox")), ...(await everybodys("answers"))];
  return rows.filter((row) => row.state !== "sent").map((row) => row.owner);
}

/** Change a row in one transaction, so that two tabs never overwrite each other; null leaves it. */
export const change = (store, key, turn) =>
  run(store, "readwrite", (rows) => {
    const asked = rows.get(key);
    asked.onsuccess = () => {
      const next = asked.result && turn(asked.result);
      if (next) rows.put(next);
    };
    return asked;
  });

/** Keep a saved session and its place in the outbox at once; another tab's newer one stays. */
export async function keepSaved(current, sent) {
  const db = await database();
  return new Promise((done, broke) => {
    const deal = db.transaction(["current", "outbox"], "readwrite", { durability: "strict" });
    const asked = deal.objectStore("current").get(current.key);
    asked.onsuccess = () => {
      const known = asked.result?.state;
      if (known?.client_id === sent.client_id && known.revision >= sent.revision) return;
      deal.objectStore("current").put(current);
      deal.objectStore("outbox").put(sent);
      deal.commit();
    };
    deal.oncomplete = () => done();
    deal.onabort = () => broke(deal.error);
  });
}

export const setting = async (name, otherwise = null) => (await read("settings", name))?.value ?? otherwise;
export const remember = (name, value) => keep("settings", { name, value });
export const forget = (name) => drop("settings", name);

/** This phone's own id, the same for all its messages. */
export async function deviceId() {
  const known = await setting("device_id");
  if (known) return known;
  const made = crypto.randomUUID();
  await remember("device_id", made);
  return made;
}

// Keeps the guided page and its files for when there is no signal. Of signed-in pages it keeps nothing.
const SHELL = `shell-${RELEASE.prefix}`;
const FIGURES = "figures";
const TRAIN = "/train";
const HELP = "/something-wrong";
const TODAY = "/today";
const PATIENCE_MS = 5000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll([
    ...RELEASE.files,
    ...[TRAIN, HELP].map((page) => new Request(page, { credentials: "omit", cache: "no-store" })),
  ]);
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (pathname.startsWith(RELEASE.prefix)) event.respondWith(stored(request, SHELL));
  else if (pathname.startsWith("/figures/")) event.respondWith(stored(request, FIGURES));
});

async function stored(request, name) {
  const found = await caches.match(request, { cacheName: name, ignoreVary: true });
  return found ?? fetch(request);
}

async function page(request, pathname) {
  const shell = await caches.open(SHELL);
  const isTraining = pathname === TRAIN || pathname.startsWith(`${TRAIN}/`);
  const kept = () => shell.match(pathname === HELP ? HELP : TRAIN, { ignoreVary: true });
  if (isTraining) return (await kept()) ?? fetch(request);
  return fetched(request, pathname).catch(async (problem) => {
    const found = await kept();
    if (found) return found;
    throw problem;
  });
}

/** The page from the clinic; a signal too weak to bring Today soon is as good as none. */
function fetched(request, pathname) {
  if (pathname !== TODAY) return fetch(request);
  const late = new Promise((_, broke) => setTimeout(() => broke(new Error("too slow")), PATIENCE_MS));
  return Promise.race([fetch(request), late]);
}

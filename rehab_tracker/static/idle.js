// Warns two minutes before an unused sign-in ends, and lets it go on with one press.
const WARNED_MS = 120_000;
const LAST_MS = 60_000;
const LOOK_MS = 1_000;
const UNSURE_S = 60; // the server writes a use down once a minute at most
const dialog = document.querySelector("[data-idle]");
const form = dialog.querySelector("form");
const says = dialog.querySelector("[role=status]");
const tabs = new BroadcastChannel("idle");
let ends = 0;
let stage = "";
let typed = false;

function look() {
  const left = ends - Date.now();
  if (stage === "over" || left > WARNED_MS) return;
  if (left <= 0) end();
  else show(left > LAST_MS ? "soon" : "last");
}

function show(next) {
  if (stage === next) return;
  stage = next;
  says.textContent = says.dataset[stage];
  if (!dialog.open) dialog.showModal();
}

function goOn(until) {
  if (stage === "over") return;
  ends = until;
  stage = "";
  dialog.close();
}

function used(seconds) {
  const until = Date.now() + seconds * 1000;
  if (until <= ends) return;
  goOn(until);
  tabs.postMessage(ends);
}

async function stay() {
  const body = new FormData(form);
  const asked = { method: "POST", body, headers: { Accept: "application/json" } };
  const answer = await fetch(form.action, asked).catch(() => null);
  if (answer?.ok) used((await answer.json()).left);
  else if (answer) end();
  else says.textContent = says.dataset.offline;
}

// What was typed stays behind a curtain: sent later, the server keeps it and asks to sign in.
function end() {
  if (!typed) return location.replace(location.pathname + location.search);
  for (const part of dialog.querySelectorAll("[data-over]")) part.textContent = part.dataset.over;
  dialog.classList.add("idle--over");
  show("over");
}

function press(event) {
  event.preventDefault();
  if (stage === "over") dialog.close();
  else stay();
}

function noteTyping({ type, target }) {
  const place = type === "click" ? target.closest("button") : target;
  typed ||= place?.form?.method === "post" && place.form !== form;
}

form.addEventListener("submit", press);
dialog.addEventListener("cancel", press);
document.addEventListener("input", noteTyping);
document.addEventListener("click", noteTyping);
document.addEventListener("visibilitychange", look);
tabs.addEventListener("message", ({ data }) => data > ends && goOn(data));
used(Number(dialog.dataset.idle));
setInterval(look, LOOK_MS);

// A page that talks to the server in the background is used, too.
new PerformanceObserver((list) => {
  const talks = list.getEntries().some((one) => one.initiatorType === "fetch");
  if (talks) used(dialog.dataset.idle - UNSURE_S);
}).observe({ type: "resource" });

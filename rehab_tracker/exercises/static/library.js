// Shows what a search leaves while somebody types or ticks; the page's own address is asked again.
const form = document.querySelector("[data-library]");
const panel = form.querySelector(".filters");
const LIVE = ".filters > summary, [data-live]";
const PAUSE_MS = 150;
let waiting;
let asked;

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  if (panel.contains(document.activeElement)) panel.querySelector("summary").focus();
  panel.open = false;
  show().then(() => document.getElementById("found").scrollIntoView({ block: "nearest" }));
});
form.dataset.library = "live";

function address() {
  const filled = [...new FormData(form)].filter(([, value]) => value.trim());
  const query = new URLSearchParams(filled).toString();
  return query ? `${form.action}?${query}` : form.action;
}

async function show() {
  const wanted = address();
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(wanted, { signal: asked.signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", wanted);
  } catch (problem) {
    if (problem.name !== "AbortError") location.assign(wanted);
  }
}

function swap(page) {
  const fresh = page.querySelectorAll(LIVE);
  document.querySelectorAll(LIVE).forEach((part, place) => {
    part.replaceChildren(...fresh[place].childNodes);
  });
}

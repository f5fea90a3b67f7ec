// The builder without round trips: rows move in the page, totals come from the server.
const form = document.querySelector("[data-builder]");
const says = form.querySelector("[data-says]");
const find = form.querySelector("[data-find]");
const library = form.querySelector("[data-library]");
const rows = () => [...form.querySelectorAll("[data-row]")];
let asked = 0;
let waiting;

const say = (text, row) => {
  const words = { name: row.dataset.name, place: rows().indexOf(row) + 1, count: rows().length };
  says.textContent = text.replace(/\{(\w+)\}/g, (_, word) => words[word]);
};

// Sends the form as a button would and returns the page, or nothing when that did not work.
async function ask(wish) {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", wish);
  const answer = await fetch(location.href, { method: "POST", body }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

const swap = (page, id) => document.getElementById(id).replaceWith(page.getElementById(id));

async function refresh() {
  const turn = ++asked;
  const page = await ask("totals");
  if (page && turn === asked) swap(page, "summary");
}

function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 400);
}

// The neighbor changes places, so that the moved row keeps focus and pointer.
function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) row.after(other);
  else row.before(other);
  say(form.dataset.moved, row);
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  say(form.dataset.removed, row);
  row.remove();
  (next?.querySelector('[data-do="remove"]') ?? find).focus();
  refreshSoon();
}

async function add(button) {
  const before = rows().length;
  const page = library.value && (await ask("add"));
  if (!page) return page === null ? sendFor(button) : find.focus();
  ++asked;
  swap(page, "rows");
  swap(page, "summary");
  form.querySelector("[data-none]")?.remove();
  dressRows();
  const row = rows().at(-1);
  if (rows().length === before) return library.focus();
  say(form.dataset.added, row);
  row.querySelector("input:not([type=hidden]):not([type=checkbox])").select();
}

// Where the server cannot be asked in the background, the browser goes there with the whole form.
function sendFor(button) {
  button.removeAttribute("data-do");
  button.click();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-row]");
  if (button.dataset.do === "add") add(button);
  else if (button.dataset.do === "remove") remove(row);
  else move(row, button.dataset.do === "up" ? -1 : 1);
});

form.addEventListener("input", (event) => {
  if (event.target !== find && event.target !== library) refreshSoon();
});

// The library narrows as one types; groups without a match go with their options.
const groups = [...library.querySelectorAll("optgroup")].map((group) => [
  group,
  [...group.children].map((option) => [option, `${option.text} ${group.label}`.toLowerCase()]),
]);

function narrow() {
  const words = find.value.toLowerCase().split(/\s+/);
  library.replaceChildren(
    ...groups.flatMap(([group, options]) => {
      const found = options.filter(([, text]) => words.every((word) => text.includes(word)));
      group.replaceChildren(...found.map(([option]) => option));
      return found.length ? [group] : [];
    }),
  );
  library.selectedIndex = find.value ? 0 : -1;
}

const addButton = form.querySelector('[data-do="add"]');
find.addEventListener("input", narrow);
form.querySelector("[data-find-button]").hidden = true;
form.querySelector("[data-totals]").hidden = true;
library.addEventListener("dblclick", () => add(addButton));
for (const field of [find, library]) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && field === find) library.focus();
    if (event.key !== "Enter") return;
    event.preventDefault();
    add(addButton);
  });
}

// Dragging by the grip, with a mouse, a pen or a finger.
function dressRows() {
  for (const grip of form.querySelectorAll("[data-grip]")) {
    grip.hidden = false;
    grip.addEventListener("pointerdown", (event) => grip.setPointerCapture(event.pointerId));
    grip.addEventListener("pointermove", (event) => {
      if (grip.hasPointerCapture(event.pointerId)) drag(grip.closest("[data-row]"), event.clientY);
    });
    grip.addEventListener("lostpointercapture", () => {
      const row = grip.closest("[data-row]");
      row.classList.remove("item--dragged");
      say(form.dataset.moved, row);
    });
  }
}

function drag(row, y) {
  row.classList.add("item--dragged");
  const above = row.previousElementSibling?.getBoundingClientRect();
  const below = row.nextElementSibling?.getBoundingClientRect();
  if (above && y < above.top + above.height / 2) move(row, -1);
  else if (below && y > below.top + below.height / 2) move(row, 1);
}

dressRows();

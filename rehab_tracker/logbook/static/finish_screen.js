// The end of a session: the worst pain, what the knee did when that matters, and a note.
import { asksMore, beside, goTo, isTold, PAIN_MAX, tell as tellState, tellSign, worstSore } from "./guided.js";
import { copy, obey, say, scale, show, tell, words } from "./pieces.js";

const SETTLED = { yes: true, no: false, "": null };

export function showFinish(page) {
  const { part, slots } = copy("t-finish");
  const { limits } = page.program;
  const low = worstSore(page.state);
  const note = part.getElementById("note");
  const saveButton = part.querySelector('[data-do="save"]');
  tell(slots.least, low ? say("least", { score: low }) : "");
  slots.settling.hidden = limits.profile !== "running";
  note.value = page.state.note;
  note.addEventListener("input", () => page.change((s) => tellState(s, { note: note.value })));
  for (const box of part.querySelectorAll(".check input")) {
    box.checked = page.state.signs[box.name];
    box.addEventListener("change", () => page.change((s) => tellSign(s, box.name, box.checked)));
  }
  for (const choice of part.querySelectorAll('[name="settled"]')) {
    choice.checked = SETTLED[choice.value] === page.state.settled;
    choice.addEventListener("change", () => page.change((s) => tellState(s, { settled: SETTLED[choice.value] })));
  }
  const save = async () => {
    tell(slots.problem, problemOf(page.state));
    if (slots.problem.hidden) tell(slots.problem, await page.save());
    else slots.problem.scrollIntoView({ block: "center" });
  };
  const choose = async (score) => {
    await page.change((s) => tellState(s, { pain_during: score }));
    if (!page.state.revision && !asksMore(page.state, limits)) await save();
    else if (!slots.more.hidden) slots.more.scrollIntoView({ block: "nearest" });
  };
  obey(part, { save, back: () => page.change((s) => goTo(s, beside(s, -1), Date.now())) });
  const update = () => {
    const { state } = page;
    scale(slots.worst, state.pain_during, Math.min(low, PAIN_MAX), choose);
    const more = state.pain_during !== null && asksMore(state, limits);
    slots.more.hidden = !more;
    const direct = !state.revision && low <= limits.green_max && !asksMore({ ...state, pain_during: low }, limits);
    slots.saves.textContent = words[direct && state.pain_during === null ? "tap_saves" : "then_save"];
    saveButton.hidden = direct && state.pain_during === null;
  };
  update();
  show(part, slots.heading);
  return update;
}

function problemOf(state) {
  if (state.pain_during === null) return words.choose;
  return state.exercises.some(isTold) ? "" : words.nothing;
}

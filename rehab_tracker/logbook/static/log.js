// Spares taps on the log's form: everything here can be done without it as well.
const form = document.querySelector("[data-log]");
const ticksOf = (exercise) => [...exercise.querySelectorAll("[data-done]")];
const usual = (tick) => !tick.closest(".more");

function count(exercise) {
  const chip = exercise.querySelector("[data-count]");
  if (!chip) return;
  const numbers = [ticksOf(exercise).filter((tick) => tick.checked).length];
  chip.hidden = !numbers[0] && exercise.querySelector('[data-tells="skipped"]').value;
  chip.textContent = chip.textContent.replace(/\d+/, () => numbers.shift());
}

function say(exercise, select) {
  for (const chip of exercise.querySelectorAll(`[data-said="${select.dataset.tells}"]`)) {
    chip.hidden = !select.value;
    chip.textContent = chip.dataset.says.replace("{}", select.selectedOptions[0].text);
  }
}

function tickAll(exercise) {
  const ticks = ticksOf(exercise).filter(usual);
  const all = ticks.every((tick) => tick.checked);
  for (const tick of ticks) tick.checked = !all;
}

for (const button of form?.querySelectorAll("[data-all]") ?? []) {
  button.hidden = false;
  button.addEventListener("click", () => tickAll(button.closest("[data-exercise]")));
}

form?.addEventListener("input", ({ target }) => {
  const exercise = target.closest("[data-exercise]");
  if (!exercise) return;
  if (target.matches("[data-amount]") && target.value) target.closest(".set").querySelector("[data-done]").checked = true;
  if (target.matches('[data-tells="skipped"]') && target.value && ticksOf(exercise).filter(usual).every((tick) => tick.checked)) {
    for (const tick of ticksOf(exercise)) tick.checked = false;
  }
  if (target.matches("[data-tells]")) say(exercise, target);
  count(exercise);
});

// Coming back to a saved form must not save a second session: it keeps the identity it was sent with.
if (form) {
  const identity = form.elements.client_id;
  identity.value = history.state?.client_id ?? identity.value;
  history.replaceState({ ...history.state, client_id: identity.value }, "");
}

let sent = false;
form?.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
  setTimeout(() => { sent = false; }, 5000);
});
addEventListener("pageshow", () => { sent = false; });

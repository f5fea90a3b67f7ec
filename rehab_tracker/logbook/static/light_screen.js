// The light of a session at once, with signal or without, and where the session is.
import { showState } from "./outbox_view.js";
import { outbox, send, withdraw } from "./outbox.js";
import { read } from "./store.js";
import { lightOf } from "./entry.js";
import { FINISH, goTo, worstSore } from "./guided.js";
import { copy, fill, obey, say, show, words } from "./pieces.js";

export function showLight(page) {
  const { state, program, plan } = page;
  const { part, slots } = copy("t-light");
  const { color, code } = lightOf(state, plan, program.limits);
  const { green_max: green, amber_max: amber } = program.limits;
  slots.verdict.classList.add(`verdict--${color}`);
  slots.lamp.classList.add(`lamp--${color}`);
  slots.icon.replaceWith(copy(`t-icon-${color}`).part);
  slots.color.textContent = words.colors[color];
  slots.heading.textContent = words.headlines[color];
  slots.reason.textContent = fill(words.reasons[code], { during: state.pain_during, green, amber });
  slots.advice.textContent = [color !== "green" && soreLine(state, program), words.advice[color]].filter(Boolean).join(" ");
  slots.check.href = `/something-wrong?session=${state.client_id}`;
  slots.signs.hidden = color !== "red" && state.pain_during < words.limits.signs_from;
  slots.withdraw.hidden = !page.kept;
  obey(part, {
    change: () => page.change((s) => goTo(s, FINISH, Date.now())),
    withdraw: async () => {
      if (!confirm(words.sure_withdraw)) return;
      await withdraw(await read("outbox", state.client_id));
      await send();
      location.assign("/today");
    },
  });
  const follow = () => chip(slots.state, state.client_id, page.kept);
  outbox.addEventListener("change", follow);
  follow();
  show(part, slots.heading);
  return follow;
}

function soreLine(state, program) {
  const worst = worstSore(state);
  const place = state.exercises.findIndex((exercise) => exercise.sore === worst);
  return worst ? say("sore", { exercise: program.exercises[place].name }) : "";
}

async function chip(place, id, kept) {
  const row = kept ? await read("outbox", id) : null;
  showState(place, row?.state ?? "sent");
}

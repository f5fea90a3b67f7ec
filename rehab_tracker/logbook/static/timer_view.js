// Rest, hold and tempo as a person sees, hears and feels them.
import { currentOf, endHold, endRest, moreRest, nextRow, turnBeat } from "./guided.js";
import { announce, obey, say, setName, words } from "./pieces.js";
import { signal } from "./signals.js";
import { beatAt, beatOf, clockText, secondsUntil } from "./timers.js";

const MORE_SECONDS = 15;
const COUNTED_DOWN = 3;
const LOOK_MS = 100;

export function showTimers(part, slots, exercise, page) {
  const beat = beatOf(exercise.dose, page.plan.rules);
  const rest = exercise.dose.rest_s;
  const beatButton = part.querySelector('[data-do="beat"]');
  const moreButton = part.querySelector('[data-do="more"]');
  let shown = null;
  slots.beat_box.hidden = !beat.length;
  obey(part, {
    more: () => page.change((s) => moreRest(s, MORE_SECONDS)),
    end: () => page.change((s) => (s.timer.kind === "hold" ? endHold(s, rest, Date.now()) : endRest(s))),
    beat: () => page.change((s) => turnBeat(s, Date.now())),
  });
  const look = () => {
    if (!slots.timer.isConnected) return clearInterval(looking);
    const now = Date.now();
    if (page.state.timer) showTimer(now);
    if (page.state.beat_from !== null) showBeat(now);
  };
  const showTimer = (now) => {
    const { kind, until, from } = page.state.timer;
    const left = secondsUntil(until, now);
    slots.clock.textContent = clockText(left);
    slots.bar.value = 1 - Math.max(0, until - now) / (until - (from ?? until - rest * 1000));
    if (left && left <= COUNTED_DOWN && shown !== left) signal("tick");
    shown = left;
    if (!left) over(kind, until);
  };
  const over = (kind, until) => {
    signal("over");
    const told = currentOf(page.state);
    if (kind === "hold") announce(say("hold_over", { set: setName(told.rows[page.state.timer.row]) }));
    else announce(say("rest_over", { set: setName(told.rows.at(nextRow(told))) }));
    page.change((s) => (kind === "hold" ? endHold(s, rest, until) : endRest(s)));
  };
  const showBeat = (now) => {
    const { place, name, left, repetition } = beatAt(beat, page.state.beat_from, now);
    const text = `${words.phases[name]} ${left}`;
    if (slots.beat.firstChild?.textContent === text) return;
    const count = Object.assign(document.createElement("small"), { textContent: say("repetition", { number: repetition }) });
    slots.beat.replaceChildren(Object.assign(document.createElement("b"), { textContent: text }), count);
    slots.beat.dataset.phase = name;
    signal(shown === `${place}` ? "tick" : "turn");
    shown = `${place}`;
  };
  const looking = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    const { timer, beat_from: from } = page.state;
    slots.timer.hidden = !timer;
    slots.beat.hidden = from === null;
    beatButton.ariaPressed = String(from !== null);
    if (timer) describe(timer, currentOf(page.state), slots, moreButton);
    look();
  };
}

function describe(timer, told, slots, moreButton) {
  const set = setName(told.rows.at(timer.kind === "hold" ? timer.row : nextRow(told)));
  slots.timer_says.textContent = say(timer.kind, { set });
  slots.timer.dataset.kind = timer.kind;
  slots.end.textContent = words[timer.kind === "hold" ? "end_hold" : "end_rest"];
  moreButton.hidden = timer.kind === "hold";
}

// What a person can follow without looking: sound and vibration, off until asked for, and a screen that stays on.
import { remember, setting } from "./store.js";

const TONES = { tick: [660, 0.06], turn: [880, 0.09], over: [520, 0.35] };
const BUZZES = { tick: 30, turn: 60, over: [180, 90, 180] };
const on = { sound: false, vibration: false };
let audio = null;
let awake = null;

export const canVibrate = "vibrate" in navigator;
export const isOn = (name) => on[name];

/** Take over what was chosen the last time. */
export async function recall() {
  for (const name of Object.keys(on)) on[name] = await setting(name, false);
  addEventListener("pointerdown", () => on.sound && player().resume(), { once: true });
}

/** Turn sound or vibration on or off, and remember it. */
export function turn(name) {
  on[name] = !on[name];
  if (name === "sound" && on.sound) player().resume();
  remember(name, on[name]).catch(() => {});
  signal("turn");
}

export function signal(kind) {
  if (on.vibration && canVibrate) navigator.vibrate(BUZZES[kind]);
  if (!on.sound) return;
  const [pitch, seconds] = TONES[kind];
  const tone = new OscillatorNode(player(), { frequency: pitch });
  const volume = new GainNode(player(), { gain: 0.3 });
  volume.gain.setTargetAtTime(0, player().currentTime + seconds / 2, seconds / 6);
  tone.connect(volume).connect(player().destination);
  tone.start();
  tone.stop(player().currentTime + seconds * 2);
}

function player() {
  audio ??= new AudioContext();
  return audio;
}

/** Keep the screen on while somebody trains; phones let go of it when the page is hidden. */
export async function stayAwake() {
  if (!navigator.wakeLock || document.hidden || (awake && !awake.released)) return;
  awake = await navigator.wakeLock.request("screen").catch(() => null);
}

export async function mayWakeOff() {
  await awake?.release();
  awake = null;
}

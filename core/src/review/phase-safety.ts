import type { Phase, Plan } from "../model/index.js";
import { phasesOf } from "../plan/build-plan.js";
import { dangersOf } from "../verdicts/quiet.js";
import { dangerWords } from "./verdict-words.js";

/** A phase that is not safe with the app version before and after it, or stops it for a while, and why. */
export interface UnsafePhase {
  readonly phase: Phase;
  readonly words: readonly string[];
}

/** The phases of which it cannot be said that they are safe; the user's own statements are what makes them so. */
export function unsafePhases(plan: Plan): UnsafePhase[] {
  return phasesOf(plan).flatMap((phase) => {
    const verdicts = plan.units.filter((unit) => unit.phase === phase).map(({ verdict }) => verdict);
    const words = verdicts.flatMap((verdict) => dangerWords({ ...verdict, concerns: dangersOf(verdict) }));
    return words.length === 0 ? [] : [{ phase, words: [...new Set(words)] }];
  });
}

/** `4 phases, each safe with the app version before and after it`; `each but expand safe …` where one is not. */
export function safetyWords(plan: Plan, phases: string): string {
  const unsafe = unsafePhases(plan).map(({ phase }) => phase);
  const safe = "safe with the app version before and after it";
  if (unsafe.length === 0) return `${phases}, each ${safe}`;
  if (unsafe.length === phasesOf(plan).length) return `${phases}, not ${safe}`;
  return `${phases}, each but ${unsafe.join(" and ")} ${safe}`;
}

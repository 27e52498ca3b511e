import { batchTargetText } from "./batch-target.js";
import type { LockstepConfig } from "./schema.js";

/** One effective setting, and its origin. */
export interface ResolvedSetting {
  /** `backfill.batchRows` */
  readonly name: string;
  readonly value: string;
  readonly origin: "file" | "default";
}

/** Defaults of the settings, for people. Settings with names of the user's own (targets, fills) have none. */
export const settingDefaults: Readonly<Record<string, string>> = {
  pace: "careful",
  "code.include": "every source file of the project",
  "code.exclude": "nothing",
  "code.edit": "ask on a terminal, elsewhere what lists the whole model",
  "code.afterSafe": "line",
  "code.accept": "nothing",
  "code.decline": "nothing",
  "code.verify": "auto",
  "code.scorecard": "as measured on other repositories",
  "code.roots": "the packages of the workspace that use the models",
  toggle: "none",
  "backfill.batchRows": "1000",
  "backfill.batchMs": batchTargetText,
  "backfill.pauseMs": "0",
  "rehearse.rate": "100 requests a second",
  "watch.for": "30min",
  "watch.every": "15s",
  "watch.baseline": "5 looks",
  "watch.onAnomaly": "nothing",
  "drift.ignore": "nothing",
};

/** Every setting: those of the file, then the defaults. */
export function resolveSettings(config: LockstepConfig): ResolvedSetting[] {
  const written = leaves(config, "");
  const isWritten = (name: string) => written.some((each) => each.name === name || each.name.startsWith(`${name}.`));
  const defaults = Object.entries(settingDefaults)
    .filter(([name]) => !isWritten(name))
    .map(([name, value]): ResolvedSetting => ({ name, value, origin: "default" }));
  return [...written, ...defaults];
}

function leaves(value: unknown, path: string): ResolvedSetting[] {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
  const text = Array.isArray(value) ? value.join(", ") : typeof value === "function" ? "a function" : String(value);
  return [{ name: path, value: text, origin: "file" }];
}

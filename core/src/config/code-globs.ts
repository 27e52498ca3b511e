import type { Toggle } from "../model/index.js";
import type { LockstepConfig } from "./schema.js";

/** Which files are looked through and edited, and with what. */
export interface CodeGlobs {
  /** Nothing: every source file of the project. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Default: none. */
  readonly toggle?: Toggle | undefined;
}

const openFeature: Toggle = {
  // The client is made anew each time, which costs nothing: no name has to be found for it in the file.
  read: "OpenFeature.getClient().getBooleanValue({name}, false)",
  import: 'import { OpenFeature } from "@openfeature/server-sdk"',
  name: "{model}-{field}-read",
  isAsync: true,
};

/** What the config says of code edits; nothing included: every source file of the project. */
export function codeGlobs(config: LockstepConfig): CodeGlobs {
  const { code, toggle } = config;
  const globs = { include: code?.include ?? [], exclude: code?.exclude ?? [] };
  if (toggle === undefined) return globs;
  if (toggle === "openfeature") return { ...globs, toggle: openFeature };
  return { ...globs, toggle: { ...toggle, name: toggle.name ?? openFeature.name, isAsync: toggle.isAsync ?? false } };
}

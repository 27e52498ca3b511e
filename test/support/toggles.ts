import { codeSettings } from "../../core/src/config/code-settings.js";
import { configSchema } from "../../core/src/config/schema.js";
import type { Toggle } from "../../core/src/model/index.js";

/** The toggle that a config gives. */
export function toggleOf(toggle: unknown): Toggle {
  const found = codeSettings(configSchema.parse({ toggle })).toggle;
  if (found === undefined) throw new Error("no toggle");
  return found;
}

export const ownFlags = toggleOf({ read: "flags.isOn({name})", import: 'import { flags } from "@/flags"' });
export const openFeature = toggleOf("openfeature");

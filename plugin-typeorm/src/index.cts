// The imports of lockstep.config.ts: nothing heavy.
import type { LockstepConfigInput } from "@lockstep/core/config" with { "resolution-mode": "import" };

export type {
  FillFunction,
  FillInput,
  FillRow,
  FillValue,
  LockstepConfigInput,
} from "@lockstep/core/config" with { "resolution-mode": "import" };

/** Adds types for the editor; returns the configuration unchanged. */
export function defineConfig(config: LockstepConfigInput): LockstepConfigInput {
  return config;
}

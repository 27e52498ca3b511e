// What lockstep.config.ts imports: nothing heavy.
import type { LockstepConfigInput } from "@lockstep/core/config" with { "resolution-mode": "import" };

export type {
  FillFunction,
  FillInput,
  FillRow,
  FillValue,
  LockstepConfigInput,
} from "@lockstep/core/config" with { "resolution-mode": "import" };

/** Types the configuration in the editor; returns it as it is. */
export function defineConfig(config: LockstepConfigInput): LockstepConfigInput {
  return config;
}

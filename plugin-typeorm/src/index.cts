// Loaded with the data source, by the application too: nothing heavy is imported here.
import type { LockstepConfigInput } from "@lockstep/core/config" with { "resolution-mode": "import" };

export type {
  FillFunction,
  FillInput,
  FillRow,
  FillValue,
  LockstepConfigInput,
} from "@lockstep/core/config" with { "resolution-mode": "import" };
export { withLockstep } from "./with-lockstep.cjs";

/** Types the configuration in the editor; returns it as it is. */
export function defineConfig(config: LockstepConfigInput): LockstepConfigInput {
  return config;
}

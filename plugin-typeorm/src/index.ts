// The imports of lockstep.config.ts: nothing heavy.
export {
  defineConfig,
  type FillFunction,
  type FillInput,
  type FillRow,
  type FillValue,
  type LockstepConfigInput,
} from "@lockstep/core/config";

// What lockstep.config.ts imports: nothing heavy.
export {
  defineConfig,
  type FillFunction,
  type FillInput,
  type FillRow,
  type FillValue,
  type LockstepConfigInput,
} from "@lockstep/core/config";

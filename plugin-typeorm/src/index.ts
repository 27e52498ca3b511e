// Loaded with the data source, by the application too: nothing heavy is imported here.
export {
  defineConfig,
  type FillFunction,
  type FillInput,
  type FillRow,
  type FillValue,
  type LockstepConfigInput,
} from "@lockstep/core/config";

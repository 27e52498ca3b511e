// Evaluated by every prisma command, through prisma.config.ts: nothing heavy is imported here.
export {
  defineConfig,
  type FillFunction,
  type FillInput,
  type FillRow,
  type FillValue,
  type LockstepConfigInput,
} from "@lockstep/core/config";
export { withLockstep } from "./with-lockstep.js";

// Every prisma command evaluates this, through prisma.config.ts: it imports nothing heavy.
export {
  defineConfig,
  type FillFunction,
  type FillInput,
  type FillRow,
  type FillValue,
  type LockstepConfigInput,
} from "@lockstep/core/config";
export { withLockstep } from "./with-lockstep.js";

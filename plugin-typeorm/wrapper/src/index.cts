// Loaded with the data source, by the application too: it has no dependencies, and nothing heavy is imported here.
export { withLockstep } from "./with-lockstep.cjs";

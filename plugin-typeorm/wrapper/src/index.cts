// Loaded with the data source, by the application too: it has no dependencies, and imports nothing heavy.
export { withLockstep } from "./with-lockstep.cjs";

export type { VerdictContext } from "../dialects/judging.js";

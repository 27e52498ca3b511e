export type { VerdictContext } from "../../dialect/judging.js";

import type { Section } from "../section.js";
import backfill from "./backfill.js";
import code from "./code.js";
import gates from "./gates.js";
import hazards from "./hazards.js";
import locks from "./locks.js";
import queryPlans from "./query-plans.js";
import sizes from "./sizes.js";
import stalls from "./stalls.js";
import timeline from "./timeline.js";
import verdict from "./verdict.js";
import wayBack from "./way-back.js";

/** In the order in which a reviewer reads them. */
export const sections = [
  verdict,
  timeline,
  hazards,
  stalls,
  locks,
  backfill,
  sizes,
  queryPlans,
  code,
  gates,
  wayBack,
] as readonly Section[];

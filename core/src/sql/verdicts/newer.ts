import type { VerdictContext } from "../../dialect/judging.js";
import {
  type Concern,
  type DialectId,
  isNewerFunction,
  type NewerForm,
  newerForm,
  type Operation,
} from "../../model/index.js";

/**
 * What older servers reject: always a concern, because another target may have an older server. A function only if no user-defined function
 * has its name.
 */
export function newerThan(
  system: DialectId,
  { newer = [] }: Operation,
  { definesFunction }: VerdictContext,
): readonly Concern[] {
  const family = system === "postgresql" ? system : "mysql";
  return newer
    .filter((what) => !isNewerFunction(what, family) || definesFunction(what) === false)
    .map((what) => needsServer(what, system));
}

/** The concern about one form. */
export function needsServer(what: NewerForm, system: DialectId): Concern {
  const { since } = newerForm(what, system);
  return { kind: "needs-server", system, ...(since === undefined ? {} : { since }), what };
}

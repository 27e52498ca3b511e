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
 * What older servers refuse: a concern wherever it runs, for the next server may be older. A function only where it is known that nobody
 * has made one of the same name.
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

/** The concern of one form. */
export function needsServer(what: NewerForm, system: DialectId): Concern {
  const { since } = newerForm(what, system);
  return { kind: "needs-server", system, ...(since === undefined ? {} : { since }), what };
}

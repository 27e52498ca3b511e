import type { FileContext } from "../../dialect/units.js";
import type { Unit, UnitSpec } from "../../model/plan.js";
import { framedChange, framedTogether, quotedChange } from "./block.js";
import { haveColumns } from "./expand.js";
import { header } from "./header.js";
import { runsOf } from "./index.js";
import { haveRun } from "./original.js";

/**
 * One migration file: a header for the reviewer and one statement. The same units and context give the same bytes.
 * The user's own statements (`original`) come back as they are, unless they are framed.
 *
 * @param units those that share the file, in their order
 * @param context absent: the units are of no plan
 * @example renderFile([unit], { plan: plan.id, fingerprint: plan.fingerprint, phase: "expand", position: "file 1/3",
 * rules: ["add-column-not-null"] })
 * @throws LockstepError LS1003 when a name does not fit PostgreSQL's 63 bytes
 */
export function renderFile(units: readonly [Unit, ...Unit[]], context?: FileContext): string {
  const [{ spec }, ...others] = units;
  if (others.length === 0 && spec.kind === "original" && spec.frame === undefined) return spec.sql;
  return `${header(units, context)}${together(
    units.map((unit) => unit.spec),
    context?.plan ?? "",
  )}`;
}

/** What units do in one file. */
function together(specs: readonly UnitSpec[], plan: string): string {
  const all = specs.map((spec) => ({ spec, runs: runsOf(spec, plan) }));
  const [first, ...more] = all.flatMap(({ runs }) => (typeof runs === "string" ? [] : [runs]));
  // Nothing of it takes a lock.
  if (first === undefined) return all.map(({ runs }) => runs).join("");
  if (all.length === 1) return framedChange(first.locked, first.change, first.mode);
  const added = specs.flatMap((spec) => (spec.kind === "expand" ? [spec] : []));
  let isOnce = false;
  let plain = "";
  const texts: string[] = [];
  const flush = () => {
    if (plain !== "") texts.push(quotedChange(plain));
    plain = "";
  };
  for (const { spec, runs } of all) {
    const over = spec.kind === "original" ? haveRun(spec) : undefined;
    const text = typeof runs === "string" ? indented(runs) : runs.change;
    if (over === undefined) {
      plain += text;
      continue;
    }
    flush();
    texts.push(`CASE WHEN ran AND ${over} THEN '' ELSE ${quotedChange(text)} END`);
    isOnce = true;
  }
  flush();
  const ran = added.map((spec) => haveColumns(spec)).join(" AND ");
  return framedTogether(
    [first, ...more],
    texts.join(" || "),
    isOnce ? `  ran       constant boolean := ${ran};  -- what an earlier run has done is not done again\n` : "",
  );
}

/** Lines of a change are indented by four. */
function indented(text: string): string {
  return text.replace(/^(?=DO )/, "    ");
}

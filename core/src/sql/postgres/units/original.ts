import type { Verdict } from "../../../model/verdict.js";
import { framedChange } from "./block.js";
import type { SpecOf, UnitText } from "./unit-text.js";

type OriginalSpec = SpecOf<"original">;

/** The user's own statements in the lock frame: the same bytes, in the same order, all or nothing. */
export function framedOriginal({ sql }: OriginalSpec, { tables, mode }: NonNullable<OriginalSpec["frame"]>): string {
  const [table, ...others] = tables;
  return framedChange({ table, others }, sql, mode);
}

/** @param verdict of the statements */
export function describeOriginal({ sql, frame }: OriginalSpec, verdict: Verdict): UnitText {
  return {
    title: `Your own statements, as they were written${frame === undefined ? "" : ", in a lock frame"}`,
    ddl: sql
      .replaceAll(/^\s*--.*$/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim(),
    verdict,
    undo: "a new migration of the ORM",
  };
}

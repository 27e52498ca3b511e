import type { Safer } from "../dialect/checking.js";
import keptLock from "../rules/kept-lock.js";
import type { AlsoAt, CheckFinding } from "./finding.js";

/**
 * Merges findings for display: several about one statement, and equal ones about several statements of a file. Fixes, waivers and baselines
 * use the separate findings.
 */
export function folded(findings: readonly CheckFinding[]): CheckFinding[] {
  const byWords = new Map<string, CheckFinding[]>();
  for (const finding of withKeptLocks(findings)) {
    const { file, rule, severity, verdict, about, keptLocks, namedIn, isRewritten, safer } = finding;
    const key = JSON.stringify([
      file,
      rule,
      severity,
      verdict,
      about,
      keptLocks,
      namedIn,
      isRewritten,
      safer.words,
      // Merges findings about unread code with the same subject; those about plans and waivers stay separate.
      verdict === undefined && about?.kind !== "unread" ? finding.fingerprint : "",
    ]);
    const own = byWords.get(key);
    if (own === undefined) byWords.set(key, [finding]);
    else own.push(finding);
  }
  return [...byWords.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [others.length === 0 ? first : merged(first, others)],
  );
}

/** Adds the locks held during a statement to another finding about the same statement. */
function withKeptLocks(findings: readonly CheckFinding[]): CheckFinding[] {
  const atStatement = new Map<string, CheckFinding>();
  const key = ({ file, line, column, sql }: CheckFinding) => JSON.stringify([file, line, column, sql]);
  for (const finding of findings)
    if (finding.verdict !== undefined && !atStatement.has(key(finding))) atStatement.set(key(finding), finding);
  const kept = new Map<CheckFinding, CheckFinding>();
  for (const finding of findings) {
    const beside = finding.rule === keptLock.id ? atStatement.get(key(finding)) : undefined;
    if (beside !== undefined) kept.set(beside, finding);
  }
  const gone = new Set(kept.values());
  return findings.flatMap((finding) => {
    if (gone.has(finding)) return [];
    const lock = kept.get(finding);
    if (lock?.about?.kind !== "keeps-locks") return [finding];
    const severity = lock.severity === "error" ? lock.severity : finding.severity;
    return [{ ...finding, severity, keptLocks: lock.about.locks }];
  });
}

function merged(first: CheckFinding, others: readonly CheckFinding[]): CheckFinding {
  const also = others.map(
    ({ line, column, endLine, endColumn, sql, fingerprint }): AlsoAt => ({
      line,
      column,
      endLine,
      endColumn,
      sql,
      fingerprint,
    }),
  );
  const sql = [...new Set([first, ...others].flatMap(({ safer }) => safer.sql ?? []))];
  const safer: Safer = sql.length === 0 ? first.safer : { ...first.safer, sql };
  return { ...first, safer, also };
}

import type { Safer } from "../dialect/checking.js";
import keptLock from "../rules/kept-lock.js";
import type { AlsoAt, CheckFinding } from "./finding.js";

/**
 * Findings as people read them: what is said of a statement twice, or of several statements of a file in the same words, once. Fixes,
 * waivers and baselines work on the single ones.
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
      // What is about no statement is told by what it is about alone; a plan or a waiver once each.
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

/** What a statement keeps others waiting for beside what it does is half a sentence of that. */
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

import { siteAt } from "../ast/site.js";
import { lineAt, type SourceFile, startOf, type TextRange } from "../ast/source-file.js";
import type { Candidate } from "../contract/candidate.js";
import type { CandidateFinding } from "../contract/transform.js";
import { isTestFile } from "./candidate-for.js";

/** A candidate and its location, with the key that identifies it in choices. */
export interface FoundCandidate {
  readonly file: SourceFile;
  readonly finding: CandidateFinding;
  readonly key: string;
  readonly site: string;
  readonly ordinal: number;
}

/**
 * Assigns keys to candidates. Candidates that already have the field count too, so a key stays the same when one of several places of the
 * same name is edited.
 *
 * @param found in file order; a node that two transforms found belongs to the first
 */
export function withKeys(
  found: readonly { readonly file: SourceFile; readonly finding: CandidateFinding }[],
): readonly FoundCandidate[] {
  const byNode = new Map<unknown, (typeof found)[number]>();
  for (const each of found) if (!byNode.has(each.finding.node)) byNode.set(each.finding.node, each);
  const counts = new Map<string, number>();
  return [...byNode.values()].sort(byPosition).map(({ file, finding }) => {
    const base = `${finding.family}:${file.file}#${finding.what}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const { site } = siteAt(startOf(finding.node, file), file);
    const place = JSON.stringify([finding.family, file.file, site]);
    const ordinal = (counts.get(place) ?? 0) + 1;
    counts.set(place, ordinal);
    return { file, finding, key: count === 1 ? base : `${base}~${count}`, site, ordinal };
  });
}

/**
 * The candidate without its syntax tree.
 *
 * @param needs `Candidate.needs`
 */
export function candidateOf(
  { file, finding, key, site, ordinal }: FoundCandidate,
  needs: readonly string[] = [],
): Candidate {
  const {
    node,
    family,
    what,
    anchor,
    names,
    otherKeys,
    tie,
    isWhole,
    because,
    caution,
    isRequired,
    text,
    hint,
    isManual,
    keepsOut,
  } = finding;
  return {
    file: file.file,
    line: lineAt(file.text, startOf(node, file)),
    lastLine: lineAt(file.text, node.end),
    range: rangeOf({ file, finding }),
    family,
    what,
    anchor,
    key,
    site,
    ordinal,
    names,
    ...(otherKeys !== undefined && { otherKeys }),
    tie,
    isWhole,
    because,
    caution,
    ...(isRequired && { isRequired }),
    isTest: isTestFile(file),
    text,
    ...(hint !== undefined && { hint }),
    ...(isManual && { isManual }),
    ...(keepsOut && { keepsOut }),
    ...(needs.length > 0 && { needs }),
  };
}

/** The range of the place in its file. */
export function rangeOf({ file, finding: { node } }: Pick<FoundCandidate, "file" | "finding">): TextRange {
  return { start: startOf(node, file), end: node.end };
}

function byPosition(a: Pick<FoundCandidate, "file" | "finding">, b: Pick<FoundCandidate, "file" | "finding">): number {
  if (a.file !== b.file) return a.file.file < b.file.file ? -1 : 1;
  return startOf(a.finding.node, a.file) - startOf(b.finding.node, b.file);
}

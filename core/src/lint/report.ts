import type { CheckFinding } from "./finding.js";
import type { Base } from "./repository.js";

/** The answer of `check`. */
export interface CheckReport {
  /** From the top of the repository, with `/` at its end; empty: the top. Files are named from here. */
  readonly folder: string;
  /** By file, in the order in which they run. */
  readonly findings: readonly CheckFinding[];
  /** What is advised on what the files add, where somebody asks for it. */
  readonly advice: readonly CheckFinding[];
  /** How many migrations and statements were judged. */
  readonly files: number;
  readonly statements: number;
  /** How many findings were mended in their files. */
  readonly fixed: number;
  /** What a waiver has taken out, with its reason. */
  readonly waived: readonly WaivedFinding[];
  /** How many findings the baseline has taken out. */
  readonly inBaseline: number;
  /** What new ones were told by; undefined: all, or those that were named. */
  readonly base: Base | undefined;
  /** Somebody works on these migrations: each finding is shown, however many there are. */
  readonly isListed: boolean;
  readonly notLookedAt: readonly NotLookedAt[];
  /** Texts of the files with findings, for excerpts. */
  readonly source: (file: string) => string | undefined;
}

/** A finding that somebody has waived. */
export type WaivedFinding = Pick<CheckFinding, "rule" | "file" | "line" | "fingerprint"> & { readonly reason: string };

/** What nobody could look at: the answer does not speak of it. */
export type NotLookedAt =
  /** Migrations of a database that nothing here judges; `dialect` undefined: nothing says which, they were judged as PostgreSQL's. */
  | {
      readonly kind: "database";
      readonly folder: string;
      readonly dialect: string | undefined;
      readonly files: number;
    }
  /** Plans whose models were not compared with them: the ORM's files alone do not declare them. */
  | { readonly kind: "models"; readonly folder: string }
  /** The files of a plan that another version of Lockstep made: they have their hashes, and were not computed anew. */
  | { readonly kind: "files"; readonly folder: string; readonly version: string };

/** Whether the answer is no. */
export function hasErrors({ findings }: Pick<CheckReport, "findings">): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** The findings of each file, in their order. */
export function byFile(
  findings: readonly CheckFinding[],
): readonly (readonly [file: string, own: readonly CheckFinding[]])[] {
  const files = new Map<string, CheckFinding[]>();
  for (const finding of findings) {
    const own = files.get(finding.file);
    if (own === undefined) files.set(finding.file, [finding]);
    else own.push(finding);
  }
  return [...files];
}

import type { CheckFinding } from "./finding.js";
import type { Base } from "./repository.js";

/** The result of `check`. */
export interface CheckReport {
  /** Relative to the root of the repository, with a trailing `/`; empty: the root. File names are relative to it. */
  readonly folder: string;
  /** By file, in the order they run. */
  readonly findings: readonly CheckFinding[];
  /** Advice on what the files add, if requested. */
  readonly advice: readonly CheckFinding[];
  /** The number of checked migrations and statements. */
  readonly files: number;
  readonly statements: number;
  /** The number of these migrations that are as a plan wrote them: they were checked when it was planned. */
  readonly ofPlans: number;
  /** The number of findings that were fixed in their files. */
  readonly fixed: number;
  /** Waived findings, with their reasons. */
  readonly waived: readonly WaivedFinding[];
  /** The number of findings that the baseline excludes. */
  readonly inBaseline: number;
  /** The base that identifies new migrations; undefined: all were checked, or those that were named. */
  readonly base: Base | undefined;
  /** These migrations are being edited: lists each finding, however many there are. */
  readonly isListed: boolean;
  readonly notLookedAt: readonly NotLookedAt[];
  /** The text of a file with findings, for excerpts. */
  readonly source: (file: string) => string | undefined;
}

/** A waived finding. */
export type WaivedFinding = Pick<CheckFinding, "rule" | "file" | "line" | "fingerprint"> & { readonly reason: string };

/** What was not checked, so the result does not cover it. */
export type NotLookedAt =
  /** Migrations for a database that Lockstep does not support; `dialect` undefined: unknown, so they were checked as PostgreSQL. */
  | {
      readonly kind: "database";
      readonly folder: string;
      readonly dialect: string | undefined;
      readonly files: number;
    }
  /** Migrations of an ORM version that Lockstep does not support. */
  | { readonly kind: "unsupported"; readonly folder: string; readonly files: number; readonly why: string }
  /** Plans whose models were not compared: the ORM's files alone do not declare them. */
  | { readonly kind: "models"; readonly folder: string }
  /** Files of a plan by another version of Lockstep: their hashes match, but they were not generated again. */
  | { readonly kind: "files"; readonly folder: string; readonly version: string };

/** Whether the check fails. */
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

import type { About, AlsoAt, CheckFinding } from "../../lint/finding.js";
import type { KeptLock } from "../../lint/kept-locks.js";
import type { CheckReport, WaivedFinding } from "../../lint/report.js";
import { counted } from "../counted.js";
import { inLine } from "../printable.js";
import { dangerWords } from "../verdict-words.js";

/** The consequence, in one sentence without a full stop. */
export function consequence(
  finding: Pick<CheckFinding, "verdict" | "about" | "namedIn" | "keptLocks" | "also">,
): string {
  const { also = [] } = finding;
  const words = ownWords(finding);
  return also.length === 0 ? words : `${words} (also in ${linesOf(also)})`;
}

/** `lines 5, 8 and 11` */
function linesOf(also: readonly AlsoAt[]): string {
  const lines = [...new Set(also.map(({ line }) => line))];
  const shown = lines.slice(0, shownLines).map(String);
  const more = lines.length - shown.length;
  const last = more > 0 ? `${more} more` : shown.pop();
  return `${lines.length === 1 ? "line" : "lines"} ${[shown.join(", "), last].filter(Boolean).join(" and ")}`;
}

/** Readers skip more than that. */
const shownLines = 8;

function ownWords({
  verdict,
  about,
  namedIn,
  keptLocks,
}: Pick<CheckFinding, "verdict" | "about" | "namedIn" | "keptLocks">): string {
  if (verdict !== undefined) {
    const kept =
      keptLocks === undefined ? [] : [`${waitingFor(keptLocks)} wait as long, because the transaction holds the lock`];
    return [...dangerWords(verdict), ...kept, ...namedWords(namedIn)].join("; ");
  }
  switch (about?.kind) {
    case "unread":
      if (about.isWholeFile === true) return `${about.what}: Lockstep has not checked its statements`;
      return `${about.what}: Lockstep cannot check SQL that is built at run time or depends on the database`;
    case "override":
      return `TypeORM rejects the whole run before its first migration: ${about.name} sets transaction = ${about.transaction}, and the run has the transaction mode "all"`;
    case "plan":
      return [about.what, about.why].flatMap((text) => text.replace(/\.$/, "") || []).join(". ");
    case "keeps-locks":
      return keptWords(about.locks);
    case "advice":
      return about.regret;
    case "waiver":
      return waiverWords(about);
    case "edited":
      return `it is in ${about.base} and may have run: databases that ran it keep the old result, others get the new one`;
    case "deleted":
      return `it is in ${about.base} and may have run: the ORM reports a missing migration on databases that recorded it`;
    case undefined:
      return "";
    default:
      return about satisfies never;
  }
}

/** `reads and writes of "A" (locked in line 3) also wait until this is done, because the transaction holds the lock` */
function keptWords(locks: readonly KeptLock[]): string {
  return `${waitingFor(locks)} also wait until this is done, because the transaction holds the lock`;
}

/** `reads and writes of "A" (locked in line 3) and writes of "B" (locked in line 4)` */
function waitingFor(locks: readonly KeptLock[]): string {
  const of = (isExclusive: boolean) =>
    locks
      .filter(({ mode }) => (mode === "ACCESS EXCLUSIVE") === isExclusive)
      .map(({ table, line }) => `"${table.name}" (locked in line ${line})`)
      .join(" and ");
  const [exclusive, others] = [of(true), of(false)];
  const who = [
    ...(exclusive === "" ? [] : [`reads and writes of ${exclusive}`]),
    ...(others === "" ? [] : [`writes of ${others}`]),
  ];
  return who.join(" and ");
}

/** `files with its name and its table's name: src/a.ts:3, src/b.ts:9 and 2 more files` */
function namedWords(places: CheckFinding["namedIn"] = []): string[] {
  if (places.length === 0) return [];
  const shown = places.slice(0, 2).map(({ file, line }) => `${file}:${line}`);
  const more = places.length - shown.length;
  return [
    `files with its name and its table's name: ${shown.join(", ")}${more > 0 ? ` and ${counted(more, "more file")}` : ""}`,
  ];
}

function waiverWords({ problem, rules }: Extract<About, { kind: "waiver" }>): string {
  const waiver = `the waiver of ${rules.join(", ") || "no rule"}`;
  switch (problem) {
    case "unused":
      return `${waiver} is unused`;
    case "expired":
      return `${waiver} has expired`;
    case "no-reason":
      return `${waiver} has no reason, so it has no effect`;
    case "unknown-rule":
      return `${waiver} names an unknown rule, so it has no effect`;
    case "no-date":
      return `${waiver} has an invalid date, so it has no effect`;
    default:
      return problem satisfies never;
  }
}

/** The safer alternative with its statements, a line each. */
export function saferLines({ safer, isRewritten, needsInit, file, also = [] }: CheckFinding): string[] {
  const { words, steps = [], sql = [] } = safer;
  // The locks of other statements are listed in the same way.
  const shown = also.length === 0 ? sql : sql.slice(0, shownLines);
  return [
    words,
    ...steps,
    ...shown.map((each) => `${each.replace(/\s+/g, " ").replace(/;$/, "")};`),
    ...(shown.length < sql.length ? [`-- and ${sql.length - shown.length} more like these`] : []),
    ...(isRewritten
      ? [`npx lockstep rewrite ${file} turns it into a plan${needsInit ? " (after npx lockstep init)" : ""}`]
      : []),
  ];
}

/** `migration.sql:3: varchar-limit: "nick" is … — use text`, a line each. */
export function adviceWords({ advice }: Pick<CheckReport, "advice">): string[] {
  return advice.map((each) => `${each.file}:${each.line}: ${each.rule}: ${consequence(each)} — ${each.safer.words}`);
}

/** `2 errors and 1 warning in 1 file` */
export function totalWords({ findings }: Pick<CheckReport, "findings">): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const parts = [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(errors < findings.length ? [counted(findings.length - errors, "warning")] : []),
  ];
  return `${parts.join(" and ")} in ${counted(new Set(findings.map(({ file }) => file)).size, "file")}`;
}

/**
 * What was checked: `1 migration new since main, 2 statements, and 3 migrations of plans, unchanged since they were planned`.
 *
 * @param scope added to the number of migrations. Default: none
 */
export function checkedWords(
  { files, ofPlans, statements }: Pick<CheckReport, "files" | "ofPlans" | "statements">,
  scope = "",
): string {
  const own = `${counted(files - ofPlans, "migration")}${scope}, ${counted(statements, "statement")}`;
  if (ofPlans === 0) return own;
  const isOnly = files === ofPlans;
  const planned = `${counted(ofPlans, "migration")} of plans${isOnly ? scope : ""}, unchanged since planning`;
  return isOnly ? planned : `${own}, and ${planned}`;
}

/** What was not checked, a line each. */
export function notLookedAtWords({ notLookedAt }: Pick<CheckReport, "notLookedAt">): string[] {
  return notLookedAt.map((each) => {
    const where = each.folder === "." ? "here" : each.folder;
    if (each.kind === "models")
      return `${where}: Lockstep did not compare the models with the plans: run npx lockstep doctor there`;
    if (each.kind === "files")
      return `${where}: Lockstep ${each.version} wrote its files, and this version cannot verify them: review them`;
    if (each.kind === "unsupported") return `${where}: ${counted(each.files, "migration")} not checked. ${each.why}`;
    const { dialect, files } = each;
    return dialect === undefined
      ? `${where}: the project does not name its database; checked as PostgreSQL`
      : `${where}: ${counted(files, "migration")} of ${dialect} not checked: Lockstep supports only PostgreSQL, MySQL and MariaDB`;
  });
}

/** Notes below the findings: what was waived and why, then what was not checked. */
export function noteWords(report: Pick<CheckReport, "waived" | "notLookedAt">): string[] {
  return [
    ...shownWaived(report).map((each) => inLine(`${each.file}:${each.line}: ${waivedWords(each)}`)),
    ...otherNoteWords(report),
  ];
}

/** The same without the waived findings that are shown, for formats that show them at their lines. */
export function otherNoteWords(report: Pick<CheckReport, "waived" | "notLookedAt">): string[] {
  const more = report.waived.length - shownWaived(report).length;
  return [...(more > 0 ? [`${more} more waived: --format json lists each`] : []), ...notLookedAtWords(report)];
}

/** Readers skip more than that. */
export const shownWaived = ({ waived }: Pick<CheckReport, "waived">) => waived.slice(0, 20);

/** `add-index waived: 200 rows` */
export const waivedWords = ({ rule, reason }: WaivedFinding) => `${rule} waived: ${reason}`;

/** Earlier findings that are not reported: `1 fixed, 3 waived, 12 in the baseline`; empty: none. */
export function leftOutWords({
  fixed,
  waived,
  inBaseline,
}: Pick<CheckReport, "fixed" | "waived" | "inBaseline">): string {
  return [
    ...(fixed > 0 ? [`${fixed} fixed`] : []),
    ...(waived.length > 0 ? [`${waived.length} waived`] : []),
    ...(inBaseline > 0 ? [`${inBaseline} in the baseline`] : []),
  ].join(", ");
}

import {
  type ColumnDeclaration,
  type Demands,
  type IndexKey,
  type MysqlForm,
  type NewerForm,
  newerFunctions,
} from "../../model/index.js";
import { deepest } from "./expressions.js";
import type { What } from "./read-alter.js";
import type { Token } from "./scan.js";

/** A statement, or a clause of ALTER TABLE. */
interface Part {
  readonly what: What;
  readonly demands: Demands;
  /** The result of `wordsOf`. */
  readonly words: string;
}

type Test = RegExp | ((part: Part) => boolean);

const ofKinds =
  (kinds: RegExp, words: RegExp): Test =>
  (part) =>
    kinds.test(part.what.kind) && words.test(part.words);
const ofColumns =
  (test: (column: ColumnDeclaration) => boolean, words = /./): Test =>
  ({ what, words: own }) =>
    columnsIn(what).some(test) && words.test(own);
const ofType = (type: RegExp) => ofColumns((column) => type.test(column.type));
const ofKeys =
  (test: (keys: readonly IndexKey[]) => boolean): Test =>
  ({ what }) =>
    keysIn(what).some(test);
const ofForm =
  (what: RegExp, other: Test): Test =>
  (part) =>
    part.what.kind === "form" ? what.test(part.what.what) : holds(other, part);

const columnKinds = /^(?:addColumn|redeclareColumn|createTable)$/;
const defaultKinds = /^(?:addColumn|redeclareColumn|createTable|setDefault)$/;

/** Detects each form. */
const tests: Readonly<Record<MysqlForm, Test>> = {
  "rename-column": /\bRENAME COLUMN\b/,
  "rename-index": /\bRENAME (?:INDEX|KEY)\b/,
  "clause-if-exists":
    /(?<!RENAME |RENAME COLUMN |ALTER |ALTER COLUMN )\b(?:COLUMN|INDEX|KEY|CONSTRAINT|PARTITION|ADD|DROP|MODIFY|CHANGE) IF (?:NOT )?EXISTS\b/,
  "table-if-exists":
    /^(?:ALTER (?:\w+ )*TABLE|RENAME TABLES?) IF EXISTS\b|\b(?:RENAME|ALTER) (?:COLUMN |INDEX |KEY )?IF EXISTS\b/,
  "or-replace":
    /^CREATE OR REPLACE (?:DEFINER = \S+ (?:@ \S+ )?)?(?:(?:TEMPORARY|AGGREGATE|UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?(?:TABLE|INDEX|TRIGGER|PROCEDURE|FUNCTION|EVENT|SEQUENCE|DATABASE|SCHEMA|USER|ROLE|SERVER)\b/,
  "routine-if-not-exists": /^CREATE .*?\b(?:TRIGGER|PROCEDURE|FUNCTION) IF NOT EXISTS\b/,
  "view-if-not-exists": /^CREATE .*?\bVIEW IF NOT EXISTS\b/,
  "ddl-wait": ({ demands }) => demands.waitSeconds !== undefined,
  "instant-algorithm": ({ demands }) => demands.algorithm === "INSTANT",
  "drop-constraint": /\bDROP CONSTRAINT\b/,
  "drop-check": /\bDROP CHECK\b/,
  "alter-constraint": /\bALTER CONSTRAINT\b/,
  enforced: /(?:\)|\bALTER (?:CHECK|CONSTRAINT) \S+) (?:NOT )?ENFORCED\b/,
  check: ofKinds(/^(?:addCheck|addColumn|redeclareColumn|createTable)$/, /\bCHECK \(/),
  "column-references": ofColumns(({ references }) => references !== undefined, /\bREFERENCES\b/),
  "mixed-directions": ofKeys((keys) => new Set(keys.map(({ isDescending }) => isDescending)).size > 1),
  "default-expression": ofKinds(defaultKinds, /\bDEFAULT \(/),
  "default-function": ofKinds(
    defaultKinds,
    /\bDEFAULT (?!(?:CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)\b)[A-Z_]\w* \(/,
  ),
  "default-text": ofColumns(
    ({ type, defaultSql = "(" }) =>
      /^(?:(?:tiny|medium|long)?(?:text|blob)|json)\b/.test(type) && !/^\(|^\w+\s*\(/.test(defaultSql),
    /\bDEFAULT\b/,
  ),
  "invisible-column": ofColumns(({ isInvisible }) => isInvisible === true, /\bINVISIBLE\b/),
  "set-visible": ofForm(/^ALTER COLUMN (?:IN)?VISIBLE$/, () => false),
  "invisible-index": ofForm(/^ALTER INDEX (?:IN)?VISIBLE$/, ({ what }) =>
    optionsIn(what).some((own) => /\bINVISIBLE\b/i.test(own)),
  ),
  "ignored-index": ofForm(/^ALTER INDEX (?:NOT )?IGNORED$/, ({ what }) =>
    optionsIn(what).some((own) => /\bIGNORED\b/i.test(own)),
  ),
  "expression-index": ofKeys((keys) => keys.some(({ column }) => column === undefined)),
  "multi-valued-index": /\bARRAY \)/,
  "vector-index": /\bVECTOR (?:INDEX|KEY)\b/,
  persistent: ofKinds(columnKinds, /\) PERSISTENT\b/),
  "uuid-type": ofType(/^uuid$/),
  "inet6-type": ofType(/^inet6$/),
  "inet4-type": ofType(/^inet4$/),
  "vector-type": ofType(/^vector\b/),
  "collation-0900": /\bUTF8MB4_(?:\w+_)?0900_A[IS]_C[IS]\b/,
  "collation-uca1400": /UCA1400_\w/,
  sequence: /^(?:CREATE (?:OR REPLACE )?|ALTER |DROP )(?:TEMPORARY )?SEQUENCE\b|\bNEXT VALUE FOR\b/,
  "system-versioning": /\b(?:WITH|WITHOUT|ADD|DROP) SYSTEM VERSIONING\b/,
  period: /\bPERIOD FOR \S+ \(/,
  "invisible-primary-key": ({ what }) =>
    what.kind === "setting" && /\bsql_generate_invisible_primary_key$/i.test(what.name),
  "set-persist": ({ what }) => what.kind === "setting" && /^PERSIST/.test(what.name),
  "set-statement": /^SET STATEMENT\b/,
  "not-atomic": /^BEGIN NOT ATOMIC\b/,
  "row-alias": ofRows(/^insert$/, /^(?!.*\bSELECT\b).*\bAS \S+ ON DUPLICATE KEY\b/),
  "values-row": /\bVALUES ROW \(/,
  "insert-returning": ofRows(/^insert$/, /(?<![.,=] )\bRETURNING (?![.,=])/),
  "delete-returning": ofRows(/^delete$/, /(?<![.,=] )\bRETURNING (?![.,=])/),
  "with-update": ofKinds(/^(?:update|delete)$/, /^WITH\b/),
  "skip-locked": /\b(?:FOR UPDATE|FOR SHARE|SHARE MODE)\b.*\bSKIP LOCKED\b/,
  "for-share": /\bFOR (?:SHARE\b|UPDATE OF\b)/,
  "fetch-first": /\bFETCH (?:FIRST|NEXT)\b[^;]*\b(?:ROW|ROWS) (?:ONLY|WITH TIES)\b/,
  intersect: /\b(?:INTERSECT|EXCEPT) (?:(?:ALL|DISTINCT) )?(?:SELECT|VALUES|TABLE|WITH|\()/,
  lateral: /\bLATERAL \(/,
  "json-table": /\bJSON_TABLE \(/,
  "json-arrow": /- > (?:> )?['`]/,
  "member-of": /\bMEMBER OF\b/,
};

const listed = Object.entries(tests);

/** Function calls, except where a table, index or routine is named. */
const calls = new RegExp(
  `(?<!(?:[.@]|\\b(?:TABLE|EXISTS|INTO|INDEX|KEY|ON|REFERENCES|FUNCTION|PROCEDURE|CALL|VIEW|UNIQUE)) )\\b(?:${newerFunctions("mysql").join("|")}) \\(`,
  "gi",
);

function ofRows(kinds: RegExp, words: RegExp): Test {
  return (part) => kinds.test(part.what.kind) && words.test(outermost(part.words));
}

function holds(test: Test, part: Part): boolean {
  return typeof test === "function" ? test(part) : test.test(part.words);
}

/** The forms that some version of MySQL or MariaDB rejects or ignores. */
export function newerIn(part: Part): { readonly newer?: readonly NewerForm[] } {
  const found = listed.flatMap(([form, test]): NewerForm[] => (holds(test, part) ? [form as MysqlForm] : []));
  const called = part.words.match(calls)?.map((each) => each.slice(0, -2).toLowerCase() as NewerForm) ?? [];
  const newer = [...found, ...new Set(called)];
  return newer.length === 0 ? {} : { newer };
}

/**
 * The tokens as one string, separated by spaces: a quoted name is `` ` ``, a list of literals is `'`. Versioned comments are left out,
 * because older servers do not run them.
 */
export function wordsOf(tokens: readonly Token[], from: number, to: number): string {
  const words: string[] = [];
  for (let at = from; at < to; at++) {
    const { kind, text, within } = tokens[at]!;
    if (within !== undefined) continue;
    const isLiteral = kind === "string" || kind === "number" || (text === "," && words.at(-1) === "'");
    if (!isLiteral) words.push(kind === "name" || kind === "quoted" ? "`" : text);
    else if (words.at(-1) !== "'") words.push("'");
  }
  return words.join(" ");
}

/** Removes everything in parentheses, up to a depth that people write. */
function outermost(words: string): string {
  let left = words;
  for (let depth = 0; depth < deepest && left.includes("("); depth++) left = left.replace(/\([^()]*\) ?/g, "");
  return left;
}

function columnsIn(what: What): readonly ColumnDeclaration[] {
  if (what.kind === "createTable") return what.columns;
  return what.kind === "addColumn" || what.kind === "redeclareColumn" ? [what.column] : [];
}

/** The keys of its indexes, where they are more than columns. */
function keysIn(what: What): readonly (readonly IndexKey[])[] {
  if (what.kind === "createTable")
    return [...what.constraints, ...(what.indexes ?? [])].flatMap(({ keys }) => (keys ? [keys] : []));
  return "keys" in what && what.keys !== undefined ? [what.keys] : [];
}

/** The options of its indexes. */
function optionsIn(what: What): readonly string[] {
  const indexes = what.kind === "createTable" ? (what.indexes ?? []) : what.kind === "createIndex" ? [what] : [];
  return indexes.map(({ definition }) =>
    definition.replace(/'[^']*'|"[^"]*"|`[^`]*`|\/\*[\s\S]*?\*\//g, "").replace(/^.*\)/s, ""),
  );
}

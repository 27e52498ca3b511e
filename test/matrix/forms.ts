import { type Change, modelNames } from "./change.js";

/**
 * The forms that a change is made of, read from its text: what it adds to a model and how, what the rows are found by, what is
 * special about its tables. Two changes of the same forms take the same way through rules, units and codemods.
 */
export function formsOf(change: Change): ReadonlySet<string> {
  const { before, after } = change;
  const known = new Set(linesOf(before));
  const models = modelNames(after);
  const isBack = (line: string) => models.includes(/^\w+ (\w+)/.exec(line)?.[1] ?? "") && !line.includes("fields:");
  const added = linesOf(after).filter((line) => !known.has(line) && !isBack(line));
  if (change.isSafe) return safeForms(added);
  const forms = new Set(addedForms(added, change));
  const add = (form: string, isSo: boolean) => {
    if (isSo) forms.add(form);
  };
  const count = (text: string, word: RegExp) => [...text.matchAll(word)].length;
  add("several columns", added.filter((line) => /@lockstep\.(backfill|mirror)/.test(line)).length > 1);
  add("several tables", count(before, /^model /gm) > 1 && !/@relation/.test(after));
  add("a table of the change", count(after, /^model /gm) > count(before, /^model /gm));
  add("an enum of the change", count(after, /^enum /gm) > count(before, /^enum /gm));
  add("an enum that was there", count(before, /^enum /gm) > 0);
  add("a value added to an enum", /^enum /m.test(before) && added.some((line) => /^[A-Z]+$/.test(line)));
  add(
    `nothing to fill${/@relation/.test(after) ? ", but a relation" : ""}`,
    !/@lockstep|@default/.test(added.join()) && !change.fills,
  );
  add("a mapped enum", /^enum [^}]*@map/m.test(after));
  // database/backfill has the keys of every type; here a number, a text and several columns are what differs.
  for (const key of linesOf(before).filter((line) => /^\w.*@id\b/.test(line)))
    forms.add(`key: ${/Int/.test(key) ? "a number" : "a text"}`);
  add("composite key", /@@id/.test(before));
  add(
    "a unique that goes",
    [...known].some((line) => /@unique/.test(line) && !linesOf(after).includes(line)),
  );
  for (const [form, has] of names) add(`name: ${form}`, has.test(after));
  add("a partitioned table", /PARTITION/.test(change.created?.("") ?? ""));
  add("an inherited table", /INHERITS/.test(change.created?.("") ?? ""));
  add("a trigger of the user's", /CREATE TRIGGER/.test(change.setup ?? ""));
  add("sources that move", change.hasMovingSources === true);
  add(`schema ${/@@schema\((.*)\)/.exec(before)?.[1]}`, /@@schema/.test(before));
  add("something stays after a way back", change.remains !== undefined);
  add("a function that refuses while deploying", /"refuse"/.test(change.fills ?? ""));
  add("a function with a fallback", /fallback: "(?!refuse)/.test(change.fills ?? ""));
  add("a look-up in a parent", /@lockstep\.backfill\(\(SELECT (?!count)/.test(after));
  add("a look-up in children", /@lockstep\.backfill\(\(SELECT count/.test(after));
  add("no row to speak of", !change.rows.includes("generate_series"));
  return forms;
}

const names = [
  ["a word of SQL", /"select"/],
  ["63 bytes, beyond ASCII", /(ü|ö){31}/],
  ["quotes and dollars", /\$fill\$/],
] as const;

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "}");
}

/** What Prisma's own migration does at no risk. */
function safeForms(added: readonly string[]): Set<string> {
  const forms = ["@lockstep.skip", "[]", "? ", "model "].filter((form) =>
    added.some((line) => `${line} `.includes(form)),
  );
  return new Set(forms.map((form) => `safe: ${form.trim()}`));
}

/** Each column with where its values come from, by the annotation above it; the attributes of the blocks. */
function addedForms(added: readonly string[], { fills = "" }: Change): string[] {
  const forms: string[] = [];
  let source = "no source";
  for (const line of added) {
    const annotation = /^\/\/\/ @lockstep\.(\w+)/.exec(line)?.[1];
    if (line.startsWith("@@")) forms.push(...blockForms(line));
    else if (annotation !== undefined) {
      forms.push(`@lockstep.${annotation}`);
      if (annotation === "backfill" || annotation === "mirror") source = annotation;
    } else if (/@relation/.test(line)) forms.push(...relationForms(line));
    else if (/^[a-z]\w* \w/.test(line) && !/^(model|enum) /.test(line)) {
      forms.push(...columnForms(line, fills.includes(`${line.split(" ")[0]}: {`) ? "function" : source));
      source = "no source";
    }
  }
  return forms;
}

function columnForms(line: string, source: string): string[] {
  const [, list = "", optional = ""] = /^\w+ \w+(\[\])?(\??)/.exec(line) ?? [];
  const [, maker = ""] = /@default\((\w+\()?/.exec(line) ?? [];
  const isDefault = /@default|@updatedAt/.test(line);
  const makers: Readonly<Record<string, string>> = {
    "autoincrement(": "sequence",
    "dbgenerated(": "database",
    "now(": "clock",
  };
  const byWhom = maker === "" && !line.includes("@updatedAt") ? "constant" : (makers[maker] ?? "client");
  return [
    `type: ${typeOf(line)}`,
    `${source}${isDefault ? `, default of the ${byWhom}` : ""}${optional}`,
    ...(list === "" ? [] : ["a list"]),
    ...(/@unique/.test(line) ? [`unique${optional}`] : []),
    ...[...line.matchAll(/@(updatedAt|map)\b/g)].map(([text]) => text),
  ];
}

function blockForms(line: string): string[] {
  const columns = /\[(.*?)\]/.exec(line)?.[1]?.split(",").length ?? 0;
  const details = [...line.matchAll(/\b(type|sort|ops): *\w+/g)].map(([text]) => `index ${text}`);
  return [`${/^@@\w+/.exec(line)?.[0]}${columns > 1 ? " of several" : ""}`, ...details];
}

function relationForms(line: string): string[] {
  const columns = /fields: \[(.*?)\]/.exec(line)?.[1]?.split(",").length;
  if (columns === undefined) return [];
  const [type = ""] = /(?<=^\w+ )\S+/.exec(line) ?? [];
  const which = /"tree"/.test(line) ? " to itself" : columns > 1 ? " of several columns" : "";
  return [
    `relation${type.endsWith("?") ? ", optional" : ""}${which}`,
    ...(/on(Delete|Update):/.test(line) ? ["actions of a relation"] : []),
  ];
}

/** The type of a field as the database has it; enums are one. */
function typeOf(line: string): string {
  const scalar = /^\w+ (\w+)/.exec(line)?.[1] ?? "";
  const native = /@db\.\w+/.exec(line)?.[0];
  const isScalar = /^(String|Int|BigInt|Float|Decimal|Boolean|DateTime|Json|Bytes)$/.test(scalar);
  return native ?? (isScalar ? scalar : "enum");
}

/** Changes of which each has a form that none before it has. */
export function oneOfEachForm(changes: readonly Change[]): ReadonlySet<Change> {
  const seen = new Set<string>();
  // Those of many forms first: then there are fewer.
  const all = changes.map((change) => ({ change, forms: formsOf(change) }));
  const chosen = new Set<Change>();
  for (;;) {
    const fresh = ({ forms }: { readonly forms: ReadonlySet<string> }) =>
      [...forms].filter((form) => !seen.has(form)).length;
    const next = all.reduce((best, each) => (fresh(each) > fresh(best) ? each : best));
    if (fresh(next) === 0) return chosen;
    chosen.add(next.change);
    for (const form of next.forms) seen.add(form);
  }
}

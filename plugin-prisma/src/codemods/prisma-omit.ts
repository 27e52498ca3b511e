import {
  addProperty,
  commaListOf,
  compact,
  describe,
  type EditFinding,
  earlierOf,
  type Finding,
  propertiesOf,
  removeItem,
  type SourceFile,
  type Splice,
  spreadsOf,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { accessorOf } from "./client-calls.js";
import { schemasOf } from "./client-module.js";
import { type ClientOmit, clientOmit, isLockstepCast, isOurs, omitId } from "./client-omit.js";
import { type ClientSite, clientSites } from "./clients.js";
import { prismaCode } from "./prisma-code.js";
import { dropNamespace, prismaNamespace } from "./prisma-import.js";

const id = omitId;

/**
 * Keeps reads away from the new column: Prisma names every column of a model in every SELECT and RETURNING.
 * The cast keeps the column in the row types; without it functions that return whole rows stop compiling.
 */
export const prismaOmit: Transform = {
  id,
  intents: ["keepFromReads", "read"],
  orm: prismaCode,

  *find(file, context) {
    if (context.intent.kind === "read") yield* open(file, context, (found) => isOurs(found, file, context));
    else yield* close(file, context);
  },

  // Without the field nobody's omit may name it.
  undo: (file, context) => open(file, context, () => true),
  // The plan whose omit goes last takes it away.
  mayStay: (edit) => isImport(edit.text),
};

function* close(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const namespace = file.isJavaScript ? undefined : prismaNamespace(file, context.project);
  let needsImport = false;
  for (const site of clientSites(file, context.project)) {
    const what = describe(site.node, `options of ${site.what}`);
    const cast = file.isJavaScript ? "" : namespace && castTo(namespace.name);
    if (site.origin === "unknown") {
      yield unclearSite(site, what, file, context);
      continue;
    }
    const found = closeSite(site, cast, what, file, context);
    if (found === "done") continue;
    if (found !== undefined) {
      needsImport ||= namespace !== undefined && found.text.includes(castTo(namespace.name));
      yield found;
      continue;
    }
    const { model, field } = context;
    const text = optionFor(context);
    const why =
      site.options === undefined && !("arguments" in site.node)
        ? "no options are given here"
        : "the options are not a plain literal";
    const reason = `${why}: add \`${text}\`, otherwise every read of ${model.name} names ${field.name}`;
    yield { kind: "place", certainty: "required", offset: site.node.getStart(file.ast), what, reason };
  }
  if (needsImport && namespace?.edit !== undefined) yield namespace.edit;
}

/** A client of which nothing says whose it is: of another schema's, the option would not compile. */
function unclearSite(site: ClientSite, what: string, file: SourceFile, context: TransformContext): Finding {
  const { own, others } = schemasOf(context.project);
  const unclear = `nothing in view says whether it is the client of ${own} or of ${others}`;
  const reason = `${unclear}: add \`${optionFor(context)}\` if it is that of ${own}`;
  return { kind: "place", certainty: "possible", offset: site.node.getStart(file.ast), what, reason };
}

function optionFor({ model, field }: TransformContext): string {
  return `omit: { ${accessorOf(model.name)}: { ${field.name}: true } }${castTo("Prisma")}`;
}

/** The edit for one client; "done" where it keeps the column away already; undefined where a person has to. */
function closeSite(
  site: ClientSite,
  cast: string | undefined,
  what: string,
  file: SourceFile,
  { model, field }: TransformContext,
): EditFinding | "done" | undefined {
  const accessor = accessorOf(model.name);
  const { options, emptyAt } = site;
  if (options === undefined) {
    if (emptyAt === undefined || cast === undefined) return undefined;
    const text = `{ omit: { ${accessor}: { ${field.name}: true } }${cast} }`;
    return { kind: "edit", splices: [{ start: emptyAt, end: emptyAt, text }], what, text };
  }
  const omit = valueAt(options, "omit");
  if (omit === undefined) {
    // A spread may hold an omit of its own, and ours would take its place.
    if (cast === undefined || spreadsOf(options).some((spread) => mayHoldOmit(spread.expression))) return undefined;
    return addProperty(options, `omit: { ${accessor}: { ${field.name}: true } }${cast}`, what, file);
  }
  const omitted = unwrap(omit);
  if (!ts.isObjectLiteralExpression(omitted)) return undefined;
  // The users' own omit is not cast: their types do without those columns. Only ours has to stay in the types.
  const isTyped = ts.isObjectLiteralExpression(omit) && !file.isJavaScript;
  const entry = `${field.name}: true${isTyped ? " as boolean" : ""}`;
  const ofModel = valueAt(omitted, accessor);
  if (ofModel === undefined) return addProperty(omitted, `${accessor}: { ${entry} }`, what, file);
  const fields = unwrap(ofModel);
  if (!ts.isObjectLiteralExpression(fields)) return undefined;
  return propertiesOf(fields).has(field.name) ? "done" : addProperty(fields, entry, what, file);
}

/** Takes the entry out, and with it what became empty and was not there before. */
function* open(file: SourceFile, context: TransformContext, mayGo: (found: ClientOmit) => boolean): Iterable<Finding> {
  const written = earlierOf(id, context);
  const gone: Splice[] = [];
  let mayDropImport = written.some(
    (edit) => edit.file === file.file && edit.text.includes("Prisma") && isImport(edit.text),
  );
  for (const site of clientSites(file, context.project)) {
    const omit = clientOmit(site, context);
    const found = omit && mayGo(omit) ? openSite(omit, file, context) : undefined;
    if (found === undefined) continue;
    gone.push(...found.splices);
    mayDropImport ||= found.isMerged;
    const text = found.text;
    const record =
      written.find((edit) => compact(edit.text) === compact(text)) ?? written.find((e) => !isImport(e.text));
    const what = describe(site.node, `options of ${site.what}`);
    yield { kind: "edit", splices: found.splices, what, text: "", replaces: record?.text ?? text };
  }
  const drop = gone.length > 0 && mayDropImport ? dropNamespace(file, context.project, gone) : undefined;
  if (drop !== undefined) {
    const record = written.find((edit) => edit.file === file.file && isImport(edit.text));
    yield { ...drop, ...(record === undefined ? {} : { replaces: record.text }) };
  }
}

interface Opened {
  readonly splices: readonly Splice[];
  /** What is taken out. */
  readonly text: string;
  /** The cast went although another plan had written it: its import is nobody's any more. */
  readonly isMerged: boolean;
}

function openSite(
  { options, omit, omitted, fields }: ClientOmit,
  file: SourceFile,
  context: TransformContext,
): Opened | undefined {
  const accessor = accessorOf(context.model.name);
  const written = earlierOf(id, context).map((edit) => compact(edit.text));
  const isOurCast = isLockstepCast(omit, file);
  if (written.length === 0 && !isOurCast) return undefined;
  const isEmptyModel = fields.properties.length === 1;
  const isEmptyOmit = isEmptyModel && omitted.properties.length === 1;
  const isOurOmit = isOurCast || written.some((text) => /^\{?omit:/.test(text));
  const isMerged = isOurCast && !written.some((text) => /^\{?omit:/.test(text));

  if (isEmptyOmit && isOurOmit) {
    const whole = compact(textOf(options, file));
    if (written.includes(whole)) {
      const splice = { start: options.getStart(file.ast), end: options.end, text: "" };
      return { splices: [splice], text: textOf(options, file), isMerged };
    }
    return without(options, "omit", file, isMerged);
  }
  const isOurModel = isOurCast || written.some((text) => !text.startsWith(`${context.field.name}:`));
  if (isEmptyModel && isOurModel) return without(omitted, accessor, file, isMerged);
  return without(fields, context.field.name, file, isMerged);
}

function without(
  literal: ts.ObjectLiteralExpression,
  name: string,
  file: SourceFile,
  isMerged: boolean,
): Opened | undefined {
  const list = commaListOf(literal, file);
  const property = propertiesOf(literal).get(name);
  if (list === undefined || property === undefined) return undefined;
  return { splices: removeItem(list, property, file), text: textOf(property, file), isMerged };
}

function castTo(namespace: string): string {
  return ` as ${namespace}.GlobalOmitConfig | undefined`;
}

function isImport(text: string): boolean {
  return /^(?:import type \{ Prisma \}|(?:type )?Prisma$)/.test(text);
}

/** `...(isDebug && { log: ["query"] })` holds what it says; anything else may hold everything. */
function mayHoldOmit(spread: ts.Expression): boolean {
  const inner = unwrap(spread);
  if (ts.isObjectLiteralExpression(inner)) {
    return propertiesOf(inner).has("omit") || spreadsOf(inner).some(({ expression }) => mayHoldOmit(expression));
  }
  if (ts.isConditionalExpression(inner)) return mayHoldOmit(inner.whenTrue) || mayHoldOmit(inner.whenFalse);
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) {
    return mayHoldOmit(inner.right);
  }
  return true;
}

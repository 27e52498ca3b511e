import { refreshCode } from "../change/release/refresh-code.js";
import type { TypeCheckWait } from "../change/release/verified-edits.js";
import { relevance } from "../code/sources/relevance.js";
import { type UnreadFile, unreadFiles } from "../code/sources/unread-files.js";
import { codeRoots } from "../code/sources/unread-packages.js";
import { codeSettings } from "../config/code-settings.js";
import type { GateFacts, OpenWriter } from "../gates/gate.js";
import { isSameTable, isTestFile, isWaiting, type MissingTypes, type Place, type Plan } from "../model/index.js";
import { readWithoutTypes } from "../review/missing-types.js";
import { isAsked } from "../review/places.js";
import type { Workspace } from "./command.js";

/** Write sites that contract would break, because it drops the trigger that fills the column for them. */
export interface OpenWriteSites {
  readonly count: number;
  /** The first few, for the gate's statement. */
  readonly places: readonly string[];
  /** Places that a person has declined, without those that write rows. They do not block contract. */
  readonly declined: readonly Place[];
  /** Places that only a person can check, with declined ones that write rows. The gate requires a confirmation of them. */
  readonly writersOf: NonNullable<GateFacts["writersOf"]>;
}

/**
 * Searches the current code. Writes nothing.
 * @param wait reports the wait: a large application takes long
 */
export async function openWriteSites(
  plan: Plan,
  { project, plugin, config }: Workspace,
  wait?: TypeCheckWait,
): Promise<OpenWriteSites> {
  // Ranked places never block contract, whoever chose them. Required places do, even if someone left them out.
  const { choices: _, ...state } = plan.state;
  const policy = { level: "required", accept: [] } as const;
  const code = { ...codeSettings(config), format: "off" } as const;
  const live = await refreshCode({ plan: { ...plan, state }, project, plugin, code, policy, ...(wait && { wait }) });
  const { columns, state: now } = live.plan;
  const required = now.places.filter(isWaiting);
  const made = live.made.filter(({ file }) => !isTestFile(file));
  const unread = await unreadCode(project, plugin, config);
  const places = [...new Set([...made, ...required].map((place) => `${place.file}:${place.line}`))];
  const declined = now.places.filter((place) => place.declined !== undefined);
  const writers = [...now.places.filter(isAsked), ...declined.filter(isWrite).map(asDeclined)];
  return {
    declined: declined.filter((place) => !isWrite(place)),
    count: places.length,
    places: places.slice(0, 5),
    writersOf: ({ table, column }) =>
      columns
        .filter((each) => each.name === column && isSameTable(each.table, table))
        .flatMap(({ model, field, defaultSql, becomesRequired, isOutsideClient }) => [
          ...writers.filter((place) => place.model === model && place.field === field).map(withId),
          ...unread.of(model).map(asWriter),
          ...(live.missingTypes === undefined || defaultSql !== undefined ? [] : [unseen(live.missingTypes)]),
          ...(becomesRequired && live.isUndemanded ? [nullUnseen] : []),
          ...(isOutsideClient && defaultSql === undefined ? [withoutField] : []),
        ]),
  };
}

/** Code that could not be read, by the models that its text may refer to. */
export async function unreadCode(
  project: Workspace["project"],
  plugin: Workspace["plugin"],
  config: Workspace["config"],
): Promise<{ of(model: string): readonly UnreadFile[] }> {
  const settings = codeSettings(config);
  const files = await unreadFiles(project.root, {
    include: settings.include,
    exclude: [...settings.exclude, ...project.generatedFolders, project.migrationsFolder, "lockstep"],
    roots: await codeRoots(project.root, settings, () => plugin.readModels(project)),
  });
  const all = files.length === 0 ? [] : await plugin.readModels(project);
  return {
    of(name) {
      const matters = relevance({ models: all.filter((model) => model.name === name), all });
      return files.filter((file) => !isTestFile(file.file) && file.matters(matters));
    },
  };
}

/** An unread file: a person must check it. */
function asWriter({ file, why }: UnreadFile): OpenWriter {
  return { file, line: 1, what: "could not be read and may write the column", reason: why, id: "unread" };
}

/** One entry for all writes that need the compiler's types, if the compiler did not provide them. */
function unseen(missing: MissingTypes): OpenWriter {
  return {
    file: "(all code)",
    line: 0,
    what: "any write",
    reason: readWithoutTypes(missing),
    id: `missing types: ${missing.why}`,
  };
}

/** One entry for all writes of NULL to a column that becomes required, if the compiler did not check them. */
const nullUnseen: OpenWriter = {
  file: "(all code)",
  line: 0,
  what: "any write of NULL",
  reason: "the compiler did not check which code may write NULL",
  id: "null unchecked",
};

/** One entry for all rows that the ORM's client inserts: it cannot write the column. */
const withoutField: OpenWriter = {
  file: "(all code)",
  line: 0,
  what: "any insert by the ORM's client",
  reason: "the client has no field for the column, and the database rejects its rows from contract on",
  id: "outside the client",
};

/** Only these keep their fingerprint: from contract on their rows are rejected, so a reason alone does not settle it. */
const isWrite = ({ fingerprint }: Place) => fingerprint !== undefined;

function asDeclined(place: Place): Place {
  const reason = `left out by choice (${place.declined}). From contract on, the database rejects rows without a value`;
  return { ...place, reason };
}

/** A changed place needs a new confirmation, because nobody has checked the new code. */
function withId(place: Place): OpenWriter {
  const { site, role, fingerprint } = place;
  return { ...place, id: JSON.stringify([site, role, fingerprint]) };
}

/** Replays the growth of an app in a git repository, and asks Lockstep before each commit what the new column belongs to. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { decidePlaces } from "../../core/src/change/release/choices.js";
import type { Choose, RankedPlaces } from "../../core/src/code/candidates/choose.js";
import { readDocuments } from "../../core/src/code/documents/read-documents.js";
import { coreTransforms } from "../../core/src/code/index.js";
import { readColumnHistory } from "../../core/src/code/ranking/history.js";
import type { CodeRequest, HistoryQuestion } from "../../core/src/code/run/code-request.js";
import { planCodeEdits } from "../../core/src/code/run/plan-edits.js";
import { readSourceFiles } from "../../core/src/code/sources/source-files.js";
import type { CodeLevel } from "../../core/src/config/code-levels.js";
import type { CodeIntent, Place } from "../../core/src/model/index.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormFiles } from "../../plugin-typeorm/src/typeorm-files.js";
import type { ColumnAdded, GrowthCommit, Tree } from "./ranking-growth.js";
import type { Team } from "./ranking-teams.js";

/** What Lockstep says about one column: ids of places. */
export interface Answer {
  /** Edited without a word, ticked, or listed as likely. */
  readonly ticked: ReadonlySet<string>;
  /** These, and what is offered without a tick. */
  readonly shown: ReadonlySet<string>;
  /** All places that were found, those that only a number is shown of too. */
  readonly found: ReadonlySet<string>;
  readonly questions: readonly RankedPlaces[];
}

/** What is asked: with or without what git knows, and whether the person says who sees the column. */
export const ways = ["required", "withoutGit", "withGit", "answered"] as const;
export type Way = (typeof ways)[number];

export interface Replayed {
  readonly team: Team;
  readonly added: ColumnAdded;
  readonly answers: Readonly<Record<Way, Answer>>;
}

/** Of a phase, what is asked of the code. The client-wide `omit` of expand is no place that lists fields. */
const phases = [
  ["write", "completeFixtures", "acceptInRequests"],
  ["write", "completeFixtures", "acceptInRequests", "read"],
] as const satisfies readonly (readonly CodeIntent["kind"][])[];

/** A busy machine must not change the answer. */
const historyMs = 60_000;

/**
 * @param root an empty folder
 * @param from the number of columns that the app grows by before Lockstep is asked
 */
export async function replay(
  root: string,
  team: Team,
  commits: readonly GrowthCommit[],
  from: number,
): Promise<readonly Replayed[]> {
  const repository = new Repository(root);
  const replayed: Replayed[] = [];
  let columns = 0;
  for (const { message, files, added } of commits) {
    if (added !== undefined && columns++ >= from) {
      repository.write(added.declared);
      replayed.push({ team, added, answers: await answersTo(root, team, added) });
    }
    repository.write(files);
    repository.commit(message);
  }
  return replayed;
}

async function answersTo(root: string, team: Team, added: ColumnAdded): Promise<Replayed["answers"]> {
  const request = await requestOf(root, team, added);
  const exposure = added.column.seenBy === "nobody" ? "internal" : "exposed";
  const { readHistory: _, ...withoutGit } = request;
  return {
    required: await answer(withoutGit, added, "required"),
    withoutGit: await answer(withoutGit, added, "likely"),
    withGit: await answer(request, added, "likely"),
    answered: await answer(
      { ...request, intents: request.intents.map((each) => ({ ...each, exposure })) },
      added,
      "likely",
    ),
  };
}

async function requestOf(root: string, team: Team, { model, column }: ColumnAdded): Promise<CodeRequest> {
  const plugin = team.orm === "prisma" ? prismaPlugin : typeormFiles;
  const migrationsFolder = team.orm === "prisma" ? "prisma/migrations" : "src/migrations";
  const project = {
    root,
    migrationsFolder,
    ormVersion: "",
    developmentUrl: undefined,
    dialect: "postgresql" as const,
    generatedFolders: [],
    schemaFiles: ["prisma/schema.prisma"],
  };
  const models = await plugin.readModels(project);
  const intent = { model, field: column.name, value: { kind: "sql", sql: column.fill } } as const;
  const options = {
    models: models.filter(({ name }) => name === model),
    all: models,
    planned: [intent],
    exclude: [migrationsFolder],
    migrationsFolder,
  };
  const modelFiles = await plugin.modelFiles(project, model);
  const fieldsIn = await plugin.fieldsIn();
  return {
    root,
    files: [...(await readSourceFiles(root, options)), ...(await readDocuments(root, options))],
    models,
    intents: [...new Set(phases.flat())].map((kind) => ({ ...intent, kind })),
    transforms: [...(await plugin.transforms()), ...coreTransforms],
    earlier: [],
    readHistory: once((asked: HistoryQuestion) =>
      readColumnHistory(root, { ...asked, modelFiles, fieldsIn }, new AbortController().signal, { limitMs: historyMs }),
    ),
  };
}

/** The same question has the same answer: the repository does not change between the ways. */
function once<Asked, Answer>(ask: (asked: Asked) => Answer): (asked: Asked) => Answer {
  const known = new Map<string, Answer>();
  return (asked) => {
    const key = JSON.stringify(asked);
    const answer = known.get(key) ?? ask(asked);
    known.set(key, answer);
    return answer;
  };
}

/** The first phase, and the one that opens reads over what that one wrote. */
async function answer(request: CodeRequest, { column, declared }: ColumnAdded, level: CodeLevel): Promise<Answer> {
  const questions: RankedPlaces[] = [];
  const [ticked, shown, found] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let { files, earlier } = request;
  for (const kinds of phases) {
    const at = placesIn(new Map(files.map(({ file, text }) => [file, text])));
    const choose: Choose = async (asked) => {
      questions.push(...asked);
      for (const { candidate } of asked.flatMap(({ ranked }) => ranked)) add(found, at(candidate));
      return (await decidePlaces(asked, [], { level })).chosen;
    };
    const intents = request.intents.filter(({ kind }) => (kinds as readonly string[]).includes(kind));
    const { changes, edits, places } = await planCodeEdits({ ...request, files, earlier, intents, choose });
    const texts = new Map(changes.map(({ file, after = "" }) => [file, after]));
    files = files.map((each) => ({ ...each, text: texts.get(each.file) ?? each.text }));
    earlier = [...earlier, ...edits];
    const now = placesIn(new Map(files.map(({ file, text }) => [file, text])));
    for (const place of places) {
      if (place.kind === "required" || (place.kind === "likely" && level !== "required")) add(ticked, now(place));
      add(shown, now(place));
    }
  }
  for (const id of newlyNaming(column.name, declared, new Map(files.map(({ file, text }) => [file, text]))))
    ticked.add(id);
  return { ticked, shown: new Set([...shown, ...ticked]), found: new Set([...found, ...shown, ...ticked]), questions };
}

function add(ids: Set<string>, id: string | undefined): void {
  if (id !== undefined) ids.add(id);
}

/** The declarations that name a field now and did not before. */
export function newlyNaming(field: string, before: Tree, after: Tree): readonly string[] {
  const word = new RegExp(`\\b${field}\\b`);
  return [...after].flatMap(([file, text]) => {
    const former = before.get(file) ?? "";
    if (text === former || file.endsWith(".prisma")) return [];
    const had = new Set(
      declarationsIn(file, former)
        .filter((each) => word.test(each.text))
        .map(({ name }) => name),
    );
    return declarationsIn(file, text)
      .filter((each) => word.test(each.text) && !had.has(each.name))
      .map(({ name }) => `${file}#${name}`);
  });
}

/** By file and line, the id of the place that stands there. */
function placesIn(tree: Tree): (place: Pick<Place, "file" | "line">) => string | undefined {
  const known = new Map<string, readonly Declaration[]>();
  return ({ file, line }) => {
    const declared = known.get(file) ?? declarationsIn(file, tree.get(file) ?? "");
    known.set(file, declared);
    const around = declared.find(({ firstLine, lastLine }) => firstLine <= line && line <= lastLine);
    return around === undefined ? undefined : `${file}#${around.name}`;
  };
}

interface Declaration {
  readonly name: string;
  readonly text: string;
  /** 1-based. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** What a file declares at its top: every place of a replayed app is a declaration of its own. */
function declarationsIn(file: string, text: string): readonly Declaration[] {
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const declaration = (name: string, start: number, end: number): Declaration => ({
    name,
    text: text.slice(start, end),
    firstLine: lineOf(start),
    lastLine: lineOf(end),
  });
  if (file.endsWith(".graphql"))
    return [...text.matchAll(/type (\w+) \{[^}]*\}/g)].map((found) =>
      declaration(found[1] ?? "", found.index, found.index + found[0].length),
    );
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return parsed.statements.flatMap((statement) => {
    const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
    const name = named && "name" in named ? (named.name as ts.Node) : undefined;
    if (name === undefined || !ts.isIdentifier(name)) return [];
    return [declaration(name.text, statement.getStart(parsed), statement.end)];
  });
}

/** A repository that only the replay writes to. */
class Repository {
  private readonly written = new Map<string, string>();

  constructor(private readonly root: string) {
    this.git("init", "--quiet");
  }

  write(files: Tree): void {
    for (const [file, text] of files) {
      if (this.written.get(file) === text) continue;
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      writeFileSync(join(this.root, file), text);
      this.written.set(file, text);
    }
  }

  commit(message: string): void {
    this.git("add", "--all");
    const person = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
    this.git(...person, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message);
  }

  private git(...args: string[]): void {
    execFileSync("git", args, { cwd: this.root, stdio: "ignore" });
  }
}

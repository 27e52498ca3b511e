/** Brings a history to its end by the commands that Lockstep prints, and by nothing else. */
import { createHash } from "node:crypto";
import { columnsOf, objectsOf, snapshotOf } from "./database-state.js";
import type { Branch, History } from "./history.js";
import { branches } from "./history.js";
import { type Interpreter, isNamed } from "./interpret.js";

/** More commands than any way out takes. */
const most = 60;

/**
 * Merges every branch into main, keeps both sides, and runs what `check` and `status` print until they report nothing.
 *
 * @param end what becomes of plans that are open: `undone` abandons them where nothing else is to do first
 * @returns what is wrong at the end
 */
export async function follow(interpreter: Interpreter, end: History["end"]): Promise<readonly string[]> {
  const on: Branch = "main";
  interpreter.log.push("\n# the end");
  for (const branch of branches)
    if (branch !== on)
      await interpreter.watched({ branch: on, isConfirmed: false }, () => interpreter.merge(on, branch, "both"));
  /** How many of the printed commands have led back to a state. */
  const tried = new Map<string, number>();
  let developed = 0;
  for (let at = 0; at < most && interpreter.problems.length === 0; at++) {
    const output = await complaint(interpreter, on);
    if (output === undefined) {
      // Migrations that no plan wrote may be pending.
      await interpreter.watched({ branch: on, isConfirmed: true }, async () => {
        await interpreter.confirming(on, ["deploy"]);
      });
      const wrong = await atTheEnd(interpreter, on);
      // An undone drop has left a column that accepts NULL, a merge an undeclared one: the next change of the model settles it.
      if (wrong.length === 0 || developed++ > 1) return [...interpreter.problems, ...wrong];
      const result = await interpreter.develop(on, `settled_${developed}`);
      interpreter.settle(on, "settled", result);
      if (result.code !== 0) return [...interpreter.problems, ...wrong, result.output];
      continue;
    }
    const commands = printedCommands(output);
    const state = await stateOf(interpreter, on, commands.join("\n"));
    const left = commands.slice(tried.get(state) ?? 0);
    if (interpreter.isVoid) return [];
    if (left.length === 0) return [...interpreter.problems, `no printed command leads on from:\n${output}`];
    tried.set(state, commands.length - left.length + 1);
    await interpreter.watched({ branch: on, isConfirmed: true }, () => obey(interpreter, on, left, end));
  }
  return [
    ...interpreter.problems,
    ...(interpreter.problems.length === 0 ? ["the printed commands do not come to an end"] : []),
  ];
}

/** The answer that has something to do. */
async function complaint(interpreter: Interpreter, on: Branch): Promise<string | undefined> {
  const check = await interpreter.lockstep(on, "check", "--all");
  if (isNamed(check)) return check.output;
  const status = await interpreter.lockstep(on, "status");
  if (status.code === 0 && /There is no plan in this project/.test(status.output)) return undefined;
  return printedCommands(status.output).length > 0 || status.code !== 0 ? status.output : undefined;
}

/** Commands of an answer, in their order, and what it has a person do: `remove handle`, `copy 20260301090000_handle`. */
export function printedCommands(output: string): string[] {
  const command = /(?:npx (?:lockstep|prisma|typeorm)|npm run|git (?:checkout|restore|rm|log)) [^\n`#]*?/.source;
  const ends = /\s{2,}#|\s*$|`|\s+&&\s|[:,] | turns | {3}/.source;
  const printed = new RegExp(
    `(?:^|[\\s\`&])(${command})(?=${ends})|Or (remove) \\w+\\.(\\w+) from the model|(Copy) lockstep/(\\S+) and its migrations`,
    "gm",
  );
  // A comment may name another command.
  return [...output.replaceAll(/ {2,}#.*$/gm, "").matchAll(printed)]
    .map(
      ([, text, remove, field, copy, plan]) =>
        text?.trim().replace(/[.;,]$/, "") ?? (copy ? `copy ${plan}` : `${remove} ${field}`),
    )
    .filter((each) => !/lockstep (?:status$|explain|doctor|--)|prisma generate|<(?!name>)/.test(each));
}

async function obey(
  interpreter: Interpreter,
  on: Branch,
  commands: readonly string[],
  end: History["end"],
): Promise<void> {
  let queue = [...commands];
  for (let hops = 0; hops < 6 && queue.length > 0; hops++) {
    const command = queue.shift()!;
    const { code, output } = await execute(interpreter, on, command, end);
    if (/lockstep status /.test(command)) {
      queue = [...printedCommands(output).filter((each) => each !== command), ...queue];
      continue;
    }
    // Of ways out that a text lists, a person takes one.
    if (code === 0) return;
    // A refusal names the next command itself.
    queue = [...printedCommands(output).filter((each) => each !== command), ...queue];
  }
}

async function execute(interpreter: Interpreter, on: Branch, command: string, end: History["end"]) {
  const { world } = interpreter;
  const words = command
    .replaceAll(/"([^"]*)"/g, (_, text: string) => text.replaceAll(" ", "\u0000"))
    .split(/\s+/)
    .map((word) => word.replaceAll("\u0000", " "));
  if (words[0] === "remove") {
    const { modelFile } = world.project;
    world.write(on, modelFile, world.project.removeField(world.read(on, modelFile), words[1] ?? ""));
    world.commit(on, command);
    return { code: 0, output: "" };
  }
  if (words[0] === "copy") {
    interpreter.takeContract(on, words[1] ?? "");
    world.commit(on, command);
    interpreter.see(on);
    return { code: 0, output: "" };
  }
  if (words[0] === "git") {
    interpreter.shell(on, command);
    world.commit(on, command);
    interpreter.see(on);
    return { code: 0, output: "" };
  }
  const [, tool, ...args] = words;
  // A plugin's own command uses the database of its environment.
  if (tool !== "lockstep" || args[0] === "typeorm") {
    const env = await world.env(on, args[0] === "migrate" && args[1] === "dev");
    const result = await world.project.run(world.tree(on), words.slice(1), world.production, env);
    interpreter.note(command, result);
    interpreter.settle(on, command, result);
    return result;
  }
  const given = withoutNames(args);
  const plan = given.find((word) => /^\d{10,}/.test(word));
  if (end === "undone" && (given[0] === "next" || given[0] === "backfill") && plan !== undefined) {
    const result = await interpreter.lockstep(on, "abandon", plan, "--yes");
    if (result.code === 0) {
      interpreter.restore(on, result);
      interpreter.settle(on, `abandon ${plan}`, result);
      return result;
    }
  }
  const isTakenBack = given[0] === "abandon" || given[0] === "undo" || given[0] === "repair";
  const all = isTakenBack && !given.includes("--yes") ? [...given, "--yes"] : given;
  const result = await (all[0] === "next" || all[0] === "deploy"
    ? interpreter.confirming(on, all)
    : interpreter.lockstep(on, ...all));
  interpreter.restore(on, result);
  interpreter.settle(on, command, result);
  return result;
}

/** `--by "<name>"` is somebody, whom the commands of tests add. */
function withoutNames(args: readonly string[]): string[] {
  return args.filter((word, at) => word !== "--by" && args[at - 1] !== "--by");
}

async function stateOf({ world }: Interpreter, on: Branch, commands: string): Promise<string> {
  const hash = createHash("sha256");
  const snapshot = await snapshotOf(world.production);
  const values = [...snapshot].map(([name, own]) => [name, [...own]]);
  return hash
    .update(
      JSON.stringify([
        commands,
        world.git(on, "rev-parse", "HEAD^{tree}"),
        await world.applied(),
        values,
        await objectsOf(world.production),
      ]),
    )
    .digest("hex");
}

/** Production is what the migrations make of an empty database, and what the model declares; every row is right. */
async function atTheEnd({ world }: Interpreter, on: Branch): Promise<readonly string[]> {
  const found: string[] = [];
  const made = await world.withEmpty(async (url) => {
    try {
      await world.project.apply(world.tree(on), url);
      return await objectsOf(url);
    } catch (error) {
      found.push(`a new database cannot be made: ${(error as Error).message}`);
      return undefined;
    }
  });
  const has = await objectsOf(world.production);
  for (const what of made ?? []) if (!has.includes(what)) found.push(`at the end production lacks: ${what}`);
  if (made !== undefined)
    for (const what of has)
      if (!made.includes(what)) found.push(`at the end production has, and the migrations do not make: ${what}`);
  const columns = await columnsOf(world.production);
  const fields = new Map(world.fields(on).map((field) => [field.name, field]));
  for (const [name, { isRequired }] of columns) {
    const field = fields.get(name);
    if (field === undefined) found.push(`at the end production has ${name}, which the model does not declare`);
    else if (field.isRequired !== isRequired)
      found.push(`at the end ${name} is ${isRequired ? "required" : "optional"} on production, and not in the model`);
  }
  for (const name of fields.keys())
    if (!columns.has(name)) found.push(`at the end production lacks ${name}, which the model declares`);
  return [
    ...found,
    ...has.filter((what) => /lockstep/.test(what)).map((what) => `at the end production still has ${what}`),
  ];
}

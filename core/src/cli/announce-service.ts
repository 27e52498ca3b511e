import { dirname, resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { gitOrNothing } from "../base/files/git.js";
import { type OutputFile, outputFile } from "../base/files/output-file.js";
import { nearest } from "../base/nearest.js";
import { configFileOf, loadConfig } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import { connect } from "../databases/connect.js";
import { ledgerOf } from "../databases/ledgers.js";
import type { Announcement } from "../dialect/ledger-store.js";
import { shortBuild } from "../gates/service-words.js";
import type { Build } from "../model/build.js";
import type { Plan } from "../model/index.js";
import { knownPlans } from "../plan/known-plans.js";
import { isOpen } from "../plan/store.js";
import { listed } from "../review/listed.js";
import { nextText } from "../review/terminal.js";
import { requireSystem } from "../target/facts/same-system.js";
import { announceBuild } from "../target/ledger/announcements.js";
import { atOnce } from "./at-once.js";
import { type BuiltPlans, builtPlans } from "./built-plans.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { knownError } from "./known-error.js";
import { chooseTargets, type Target } from "./targets.js";

/**
 * Records on a target, or writes to a file, which plans a build contains. Needs the config and the plans but no ORM, because it runs in the
 * deploy job of a service.
 *
 * @throws LS8001 no config · LS8002 unknown service, no build or no target · errors from finding the build's plans, choosing a target and
 * connecting
 */
export async function announceService(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const root = rootAbove(cwd);
  io.speakOf(root);
  const config = await loadConfig(root);
  const service = serviceOf(config, invocation.arguments[0] ?? "");
  const build = buildOf(textOption(invocation, "build"), root);
  const file = textOption(invocation, "write");
  // `--write` describes a build made from this checkout.
  const built = builtPlans(root, build, file !== undefined || invocation.options.fromCheckout === true);
  const { plans } = built;
  const announcement: Announcement = { service, build, instance: "", plans: knownPlans(plans) };
  const label = `${service}, build ${build}${sourceText(built, build, root)}`;
  if (file !== undefined) return writeBuild(invocation, outputFile(cwd, file, "--write"), announcement, built, label);
  const named = textOption(invocation, "target");
  const names = Object.keys(config.targets);
  if (named === undefined && names.length > 1)
    throw new LockstepError(
      "LS8002",
      `There are ${names.length} targets. Name the one that ${service} was deployed to.`,
      {
        hint: `npx lockstep announce ${service} --target ${names[0]}`,
      },
    );
  const last = plans.at(-1);
  const targets = await chooseTargets(config, last ?? {}, io, named, false);
  const failed = (
    await atOnce(targets, (target) =>
      announceOn(target, announcement, last).catch((error: unknown) => ({ target, error })),
    )
  ).filter((each) => each !== undefined);
  const [first] = failed;
  if (first !== undefined && targets.length === 1) throw first.error;
  if (first !== undefined) {
    const known = knownError(first.error);
    if (!(known instanceof LockstepError)) throw first.error;
    const where = listed(failed.map(({ target }) => target.name));
    throw new LockstepError(known.code, `${service} is not announced on ${where}: ${known.message}`, {
      hint: `${known.hint}\nAnnounce it again. Announcements on the other targets remain valid.`,
      details: { ...known.details, failed: failed.map(({ target }) => target.name) },
      cause: first.error,
    });
  }
  const target = named ?? names[0] ?? "";
  const of = targets.length === 1 ? "" : ` (${targets.length} targets)`;
  return {
    text: [
      `${io.colors.green("✔")} ${label}, on ${target}${of}: ${knownText(plans)}`,
      nextText("npx lockstep status", io.colors),
    ].join("\n"),
    json: { ...announcement, commit: built.commit, target, targets: targets.map(({ name }) => name) },
    exitCode: 0,
  };
}

async function announceOn(
  { name, url }: Target,
  announcement: Announcement,
  last: Plan | undefined,
): Promise<undefined> {
  const connection = await connect(url, { applicationName: "lockstep", needsSession: false });
  try {
    if (last !== undefined) requireSystem(connection, last, name);
    await announceBuild(connection, announcement);
  } finally {
    await connection.close();
  }
}

async function writeBuild(
  invocation: Invocation,
  output: OutputFile,
  announcement: Announcement,
  { plans, commit }: BuiltPlans,
  label: string,
): Promise<CommandResult> {
  const { colors } = invocation.io;
  // A build without plans is announced too: later it counts as an older build.
  const dialect = plans.at(-1)?.dialect ?? (await invocation.workspace()).project.dialect;
  const { service, build } = announcement;
  const statement = ledgerOf(dialect).announceSql({ ...announcement, instance: "{instance}" });
  output.write(`${JSON.stringify({ service, build, statement } satisfies Build, null, 2)}\n`);
  const file = output.name;
  return {
    text: [
      `${colors.green("✔")} ${file}: ${label}: ${knownText(plans)}`,
      nextText(`Pass it to announce() of @lockstep/core/announce when ${service} starts.`, colors),
    ].join("\n"),
    json: { ...announcement, commit, file },
    exitCode: 0,
  };
}

/** Source of the build's plans. Empty if the build is named after their commit. */
function sourceText({ commit }: BuiltPlans, build: string, root: string): string {
  if (commit === undefined) return ` (the files in ${root})`;
  return commit === build ? "" : ` (commit ${shortBuild(commit)})`;
}

function knownText(plans: readonly Plan[]): string {
  const known = knownPlans(plans);
  const open = plans.filter(isOpen).map(({ id }) => {
    const left = known[id]?.left ?? 0;
    return `${known[id]?.phase} of ${id}${left === 0 ? "" : ` (${left === 1 ? "1 place has" : `${left} places have`} still to change)`}`;
  });
  return open.length === 0 ? "no open plan" : open.join(", ");
}

function rootAbove(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (configFileOf(at) !== undefined) return at;
    if (at === dirname(at))
      throw new LockstepError("LS8001", `No lockstep.config.ts in ${folder} or above`, {
        hint: "Change to the project's folder, or name it with --cwd.",
      });
  }
}

function serviceOf({ services = [] }: LockstepConfig, name: string): string {
  if (services.includes(name)) return name;
  if (services.length === 0)
    throw new LockstepError("LS8002", "lockstep.config.ts names no services.", {
      hint: `List all services that write this project's tables: services: [${JSON.stringify(name)}]`,
    });
  const meant = nearest(name, services);
  throw new LockstepError("LS8002", `There is no service "${name}".`, {
    hint: `Services of lockstep.config.ts: ${services.join(", ")}${meant === undefined ? "" : `. Did you mean ${meant}?`}`,
  });
}

function buildOf(given: string | undefined, root: string): string {
  const build = given ?? gitOrNothing(root, ["rev-parse", "HEAD"]);
  if (build === undefined)
    throw new LockstepError("LS8002", "This folder has no commit that identifies the build.", {
      hint: "Name the build, for example by the tag of its image: --build <id>",
    });
  if (!/^[\w.:/@+-]{1,128}$/.test(build))
    throw new LockstepError("LS8002", `--build ${build}: use up to 128 letters, digits and . : / @ + - _`, {
      hint: "Use the commit, or the tag of the image.",
    });
  return build;
}

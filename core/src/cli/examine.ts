import { LockstepError } from "../base/errors.js";
import { ignoring, isNoBug } from "../base/expected-errors.js";
import { migrationFiles, planFaultsIn } from "../change/release/verify-plans.js";
import { configFileOf, loadConfig } from "../config/load.js";
import type { LockstepConfig } from "../config/schema.js";
import { connect } from "../databases/connect.js";
import type { Check, ProjectFacts } from "../dialect/check.js";
import { checks as coreChecks } from "../operate/doctor/checks/index.js";
import { openPlansOn, plannedTables } from "../operate/doctor/planned-tables.js";
import { type CheckAnswer, runProjectChecks, runTargetChecks } from "../operate/doctor/run-checks.js";
import { migrationOf } from "../plan/migration-of.js";
import { readPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { Examination } from "../review/doctor.js";
import { unlistedHelp, unlistedStatement } from "../review/unlisted.js";
import { closedReads } from "./check-plans.js";
import type { Invocation } from "./command.js";
import { isGroup, membersOf } from "./group-targets.js";
import { chooseTargets, developmentTarget, type Target } from "./targets.js";
import { findProject } from "./workspace.js";

/**
 * Runs every check of the project and of each target. A failure becomes a finding, and the run continues. Only a missing project ends it.
 * Unlike other commands, it does not finish an interrupted write.
 *
 * @param name one target. Default: every target that has a URL, and the development database
 * @throws LS8001 no project · LS8003, LS8006 for the named target
 */
export async function examine(invocation: Invocation, name: string | undefined): Promise<Examination> {
  const { io, plugins, cwd } = invocation;
  const { plugin, project } = await findProject(plugins, cwd, io, "lockstep doctor");
  const facts = await projectFacts(plugin, project, io.env);
  const examined: Examination["targets"][number][] = [];
  const targets = await targetsOf(facts.config, project, io, name, (group) => examined.push(group));
  const checks = [...coreChecks, ...((await plugin.checks?.()) ?? [])];
  const answers: CheckAnswer[] = await runProjectChecks(checks, facts);
  for (const target of targets) {
    io.progress.update(`asking ${target.name} …`);
    const result = await examineTarget(target, checks, facts, { plugin, project });
    examined.push(result.target);
    answers.push(...result.answers);
  }
  const isSetUp = facts.plans.length > 0;
  return {
    answers,
    targets: examined,
    go: isSetUp ? "npx lockstep status" : `${plugin.words.develop}   # after you edit your model`,
  };
}

async function examineTarget(
  target: Target,
  checks: readonly Check[],
  facts: ProjectFacts,
  { plugin, project }: { readonly plugin: OrmPlugin; readonly project: Project },
): Promise<{ readonly target: Examination["targets"][number]; readonly answers: readonly CheckAnswer[] }> {
  let connection: Awaited<ReturnType<typeof connect>>;
  try {
    connection = await connect(target.url, {
      applicationName: "lockstep doctor",
      needsSession: false,
      isReadOnly: true,
    });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return { target: { name: target.name, error: error.message, next: error.hint }, answers: [] };
  }
  try {
    // A separate check reports an unreadable migrations table.
    const { applied = [] } = (await plugin.readApplied(connection, project).catch(ignoring(isNoBug))) ?? {};
    const inRepository = [...facts.migrations, ...facts.unlisted.map(({ file }) => migrationOf(file))];
    const openPlans = openPlansOn(facts.plans, applied, inRepository);
    const tables = await plannedTables(connection, openPlans);
    const more = { target: target.name, url: target.url, connection, applied, openPlans, tables };
    const answers = await runTargetChecks(checks, { ...facts, ...more });
    return { target: { name: target.name, label: connection.label }, answers };
  } finally {
    await connection.close();
  }
}

/** Collects the input of the project checks. */
async function projectFacts(plugin: OrmPlugin, project: Project, env: ProjectFacts["env"]): Promise<ProjectFacts> {
  const { config, configError } = await loadConfig(project.root).then(
    (loaded): { config: LockstepConfig; configError: Error | undefined } => ({
      config: loaded,
      configError: undefined,
    }),
    (error: Error) => ({ config: { targets: {} }, configError: error }),
  );
  const plans = readPlans(project.root);
  const written = plans.plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const unlisted = (await plugin.unlisted?.(project, written)) ?? [];
  return {
    project,
    migrations: plugin.listMigrations(project),
    planFaults: await planFaultsIn(project, plugin),
    unlisted: unlisted.map((each) => ({
      file: each.file,
      statement: unlistedStatement(each),
      help: unlistedHelp(each),
    })),
    words: plugin.words,
    config,
    configFile: configFileOf(project.root),
    configError,
    ...plans,
    ...(await readModels(plugin, project, plans.plans)),
    env,
  };
}

async function readModels(
  plugin: OrmPlugin,
  project: Project,
  plans: ProjectFacts["plans"],
): Promise<Pick<ProjectFacts, "models" | "closedReads" | "modelsError">> {
  try {
    const models = await plugin.readModels(project);
    const { root } = project;
    const closed = await closedReads(plugin, { root, migrations: migrationFiles(project, plugin), plans, models });
    return { models, closedReads: closed };
  } catch (error) {
    if (!isNoBug(error)) throw error;
    return { models: undefined, modelsError: error as Error };
  }
}

/**
 * Selects the targets to check. Skips targets whose URL is not set here, because a project check reports them, unless `name` is given.
 *
 * @param onUnlisted called with a group whose members the server does not list
 */
async function targetsOf(
  config: LockstepConfig,
  project: Project,
  io: Invocation["io"],
  name: string | undefined,
  onUnlisted: (group: Examination["targets"][number]) => void,
): Promise<readonly Target[]> {
  if (name !== undefined) return chooseTargets(config, project, io, name, true);
  const set: Target[] = [];
  for (const [target, settings] of Object.entries(config.targets)) {
    const url = io.env[settings.urlFrom];
    if (!url) continue;
    if (!isGroup(settings)) set.push({ name: target, url });
    else
      try {
        set.push(...(await membersOf({ name: target, url }, settings)));
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        onUnlisted({ name: target, error: error.message, next: error.hint });
      }
  }
  const { developmentUrl } = project;
  // In a pipeline, the development URL is often that of production.
  const isKnown = set.some((target) => target.url === developmentUrl || target.name === developmentTarget);
  return developmentUrl === undefined || isKnown ? set : [{ name: developmentTarget, url: developmentUrl }, ...set];
}

import { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import type { OwnMeasures } from "../gates/reads/own-measures.js";
import { type DialectId, dialectLabels } from "../model/dialect.js";
import type { Project } from "../plugin/plugin.js";
import { listed } from "../review/listed.js";
import { isGroup, membersOf } from "./group-targets.js";
import type { Io } from "./io.js";

/** A database that the plan must reach. */
export interface Target {
  readonly name: string;
  /** The config name of the target group that this target belongs to. */
  readonly group?: string;
  readonly url: string;
  /** Services in the config that write to this target. Absent: none are configured. */
  readonly services?: readonly string[];
  /** The user's own read measurements. Absent: none. */
  readonly measures?: OwnMeasures;
}

/** The developer's own database, from the ORM's config. Used only if named, because it never replaces production. */
export const developmentTarget = "development";

/**
 * Returns the targets of the config, or those named: `production`, all of `tenants`, or one of them: `tenants/acme`.
 *
 * @param allowDevelopment allows the name `development` even if the config does not list it
 * @throws LS8003 a target without URL · LS8004 a URL of another database system · LS8006 an unknown name · LS8002 no targets
 */
export async function chooseTargets(
  config: LockstepConfig,
  project: Partial<Pick<Project, "dialect" | "developmentUrl">>,
  io: Pick<Io, "env">,
  name: string | undefined,
  allowDevelopment: boolean,
): Promise<readonly Target[]> {
  const configured = Object.entries(config.targets);
  const shared = {
    ...(config.services && { services: config.services }),
    ...(config.gates?.readsSteady && { measures: measuresOf(config.gates.readsSteady, io) }),
  };
  if (name === developmentTarget && allowDevelopment && config.targets[name] === undefined) {
    if (project.developmentUrl === undefined)
      throw new LockstepError("LS8003", "The ORM's config has no URL for the development database.");
    return [{ name, url: project.developmentUrl, ...shared }];
  }
  const names = configured.map(([target]) => target);
  const isNamed = (target: string) =>
    name === target || (name?.startsWith(`${target}/`) === true && isGroup(config.targets[target]));
  if (name !== undefined && !names.some(isNamed))
    throw new LockstepError("LS8006", `There is no target "${name}".`, {
      hint: `Targets in lockstep.config.ts: ${names.join(", ") || "none"}${allowDevelopment ? `; and ${developmentTarget}` : ""}`,
    });
  if (configured.length === 0)
    throw new LockstepError(
      "LS8002",
      "lockstep.config.ts has no target, so Lockstep cannot check where the plan is deployed.",
      {
        hint: 'Add one: targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } }',
      },
    );
  const chosen = configured
    .filter(([target]) => name === undefined || isNamed(target))
    .map(([target, settings]) => {
      const { urlFrom } = settings;
      const url = io.env[urlFrom];
      if (url === undefined || url === "")
        throw new LockstepError("LS8003", `The URL of target "${target}" comes from ${urlFrom}, which is not set.`, {
          hint: `Set ${urlFrom} to the URL of that database, then run the command again.`,
        });
      if (project.dialect !== undefined) refuseOtherSystem(target, url, urlFrom, project.dialect);
      return { target: { name: target, url, ...shared }, settings };
    });
  const all: Target[] = [];
  for (const { target, settings } of chosen)
    if (!isGroup(settings)) all.push(target);
    else {
      const members = await membersOf(target, settings);
      const found = members.filter((member) => name === undefined || name === target.name || name === member.name);
      if (found.length === 0)
        throw new LockstepError("LS8006", `There is no target "${name}".`, {
          hint: `${target.name} has ${members.length}: ${listed(members.map((member) => member.name))}`,
        });
      all.push(...found);
    }
  return all;
}

/** A target of the config whose URL is not set here. */
export interface UnsetTarget {
  readonly name: string;
  readonly error: LockstepError;
}

/**
 * Same as `chooseTargets`, for commands that can show a plan without a database: a target without a URL gets an entry with its error.
 *
 * @throws LS8002 · LS8004 · LS8006 as in `chooseTargets`
 */
export async function targetsToShow(
  config: LockstepConfig,
  project: Partial<Pick<Project, "dialect" | "developmentUrl">>,
  io: Pick<Io, "env">,
  name: string | undefined,
): Promise<{ readonly targets: readonly Target[]; readonly unset: readonly UnsetTarget[] }> {
  const [targets, unset]: [Target[], UnsetTarget[]] = [[], []];
  const configured = Object.keys(config.targets);
  for (const each of name !== undefined ? [name] : configured.length > 0 ? configured : [developmentTarget])
    try {
      targets.push(...(await chooseTargets(config, project, io, each, true)));
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== "LS8003") throw error;
      unset.push({ name: each, error });
    }
  return { targets, unset };
}

/**
 * The names in `lockstep.config.ts` that `--target` excludes fully or in part: statements about a plan do not cover them.
 * @param name the given name. Undefined: all are checked
 */
export function otherTargets({ targets }: LockstepConfig, name: string | undefined): readonly string[] {
  return name === undefined ? [] : Object.keys(targets).filter((target) => target !== name);
}

/** An unset variable does not stop the command. The gate reports it. */
function measuresOf(
  { http, prometheus }: NonNullable<NonNullable<LockstepConfig["gates"]>["readsSteady"]>,
  { env }: Pick<Io, "env">,
): OwnMeasures {
  return {
    ...(http && { http: { ...http, url: env[http.urlFrom] } }),
    ...(prometheus && { prometheus: { ...prometheus, url: env[prometheus.urlFrom] } }),
  };
}

/** Checks the URL's scheme before connecting: a driver for another system hangs or fails with an unclear error. */
function refuseOtherSystem(target: string, url: string, urlFrom: string, dialect: DialectId): void {
  const scheme = /^\s*(postgres|mysql|mariadb)/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || (scheme === "postgres") === (dialect === "postgresql")) return;
  throw new LockstepError(
    "LS8004",
    `The URL of target "${target}" is for ${scheme === "postgres" ? "PostgreSQL" : "MySQL"}, but the project uses ${dialectLabels[dialect]}.`,
    { hint: `Set ${urlFrom} to a URL that starts with ${dialect === "postgresql" ? "postgresql" : "mysql"}://` },
  );
}

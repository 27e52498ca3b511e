import { momentText } from "../model/moment.js";
import type { GateFacts, OpenWriter } from "./gate.js";
import type { AliveBuild, Lack, ServiceState, SilentBuild } from "./service-states.js";

/** The missing requirement of a service, with its name. @param of the phase and the plan: `expand of 20261120_add_handle` */
export function lackText({ service, said, alive, lack }: ServiceState, of: string, target: string): string {
  const build = said === undefined ? "" : shortBuild(said.build);
  const others = alive.filter(({ isAware }) => !isAware);
  const texts: Readonly<Record<Lack, () => string>> = {
    silent: () => `${service} has announced nothing on ${target}`,
    old: () => `${service} runs build ${build} on ${target}, which does not have ${of}`,
    left: () =>
      `${service} runs build ${build} on ${target}, in which ${said?.known?.left === 1 ? "1 place" : `${said?.known?.left} places`} had still to write the column`,
    alive: () => `${service} still runs ${others.map(aliveText).join(" and ")} on ${target}, without ${of}`,
    unseen: () =>
      `${service} has build ${build} with ${of} on ${target}, but the build before it had no heartbeat and may still run`,
  };
  return lack === undefined ? "" : texts[lack]();
}

/** What a person has to run or wait for. */
export function lackHelp(
  { service, lack }: ServiceState,
  { plan, target }: Pick<GateFacts, "plan" | "target">,
): string {
  const announce = `npx lockstep announce ${service} --target ${target}`;
  if (lack === "alive")
    return `${announce}   # once the older instances of ${service} have ended, and were silent for 2 minutes`;
  if (lack === "left") return `npx lockstep code ${plan}\nCommit, and deploy ${service}.\n${announce}`;
  return `${announce}   # at the end of the deployment of ${service}`;
}

/** The confirmation for a silent build: `1 instance of build 1a2b3c of web, silent since …, has ended` */
function endedText(service: string, build: SilentBuild): string {
  const since = `silent since ${momentText(build.at)} without reporting an end`;
  return `${aliveText(build)} of ${service}, ${since}, ${build.instances === 1 ? "has" : "have"} ended`;
}

/** The missing requirements of services, which a person can overrule. @param of as for `lackText` */
export function lacks(services: readonly ServiceState[], of: string, target: string): readonly OpenWriter[] {
  return services
    .filter(({ lack }) => lack !== undefined)
    .map((state) => {
      const { service, lack, said, alive } = state;
      const builds =
        lack === "alive" ? alive.flatMap(({ build, isAware }) => (isAware ? [] : [build])).sort() : [said?.build];
      const id = JSON.stringify(["service", service, lack, ...builds]);
      return { file: service, line: 0, what: "a service", reason: lackText(state, of, target), id };
    });
}

/** Silent builds: a person confirms that they ended. */
export function silences(services: readonly ServiceState[]): readonly OpenWriter[] {
  return services.flatMap(({ service, silent = [] }) =>
    silent.map((build) => ({
      file: service,
      line: 0,
      what: "a service",
      reason: endedText(service, build),
      // Includes the time: a build that falls silent later needs a new confirmation.
      id: JSON.stringify(["silent", service, build.build, build.at]),
    })),
  );
}

/** One service in one line: `web  expand, build 1a2b3c since 2026-11-20 10:23 UTC, 3 instances alive (1a2b3c)` */
export function serviceText({ service, said, alive, silent = [], lack }: ServiceState): string {
  const instances = [
    alive.length === 0 ? "no heartbeat" : `alive: ${alive.map(aliveText).join(", ")}`,
    ...silent.map((build) => `silent since ${momentText(build.at)}: ${aliveText(build)}`),
  ].join("; ");
  if (said === undefined) return `${service}: nothing announced, ${instances}`;
  const { known, build, at } = said;
  const left = known !== undefined && known.left > 0 ? ` but for ${known.left} places` : "";
  const open = lack === "unseen" ? ", not announced by a deployment" : "";
  return `${service}: ${known === undefined ? "without the plan" : `${known.phase}${left}`}, build ${shortBuild(build)} since ${momentText(at)}${open}; ${instances}`;
}

function aliveText({ build, instances }: Omit<AliveBuild, "isAware">): string {
  return `${instances === 1 ? "1 instance" : `${instances} instances`} of build ${shortBuild(build)}`;
}

/** The usual short form of a commit. */
export function shortBuild(build: string): string {
  return /^[0-9a-f]{40,}$/.test(build) ? build.slice(0, 12) : build;
}

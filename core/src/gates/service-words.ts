import { momentText } from "../model/moment.js";
import type { AliveBuild, Lack, ServiceState } from "./service-states.js";

/** What a service lacks, with its name. @param of the phase and the plan: `expand of 20261120_add_handle` */
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
      `${service} has build ${build} with ${of} on ${target}, but the build before it had no heartbeat, so nobody knows whether it still runs`,
  };
  return lack === undefined ? "" : texts[lack]();
}

/** What a person types or waits for. */
export function lackHelp({ service, lack }: ServiceState, target: string): string {
  if (lack === "alive") return `wait until the older instances of ${service} have ended, or were silent for 2 minutes`;
  if (lack === "left")
    return `npx lockstep code, commit, deploy ${service}, then: npx lockstep announce ${service} --target ${target}`;
  return `at the end of the deployment of ${service}: npx lockstep announce ${service} --target ${target}`;
}

/** One service in one line: `web  expand, build 1a2b3c since 2026-11-20 10:23 UTC, 3 instances alive (1a2b3c)` */
export function serviceText({ service, said, alive, lack }: ServiceState): string {
  const instances = alive.length === 0 ? "no heartbeat" : `alive: ${alive.map(aliveText).join(", ")}`;
  if (said === undefined) return `${service}: nothing announced, ${instances}`;
  const { known, build, at } = said;
  const left = known !== undefined && known.left > 0 ? ` but for ${known.left} places` : "";
  const open = lack === "unseen" ? ", not announced by a deployment" : "";
  return `${service}: ${known === undefined ? "without the plan" : `${known.phase}${left}`}, build ${shortBuild(build)} since ${momentText(at)}${open}; ${instances}`;
}

function aliveText({ build, instances }: AliveBuild): string {
  return `${instances === 1 ? "1 instance" : `${instances} instances`} of build ${shortBuild(build)}`;
}

/** A commit as people know it. */
export function shortBuild(build: string): string {
  return /^[0-9a-f]{40,}$/.test(build) ? build.slice(0, 12) : build;
}

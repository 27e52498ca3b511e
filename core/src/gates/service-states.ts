import type { KnownPlan } from "../dialect/ledger-store.js";
import type { Announced } from "../target/ledger/announcements.js";

/** An instance without a heartbeat for this long is silent. Instances send one every 30 seconds. */
export const aliveMs = 120_000;

/** A build with live instances. */
export interface AliveBuild {
  readonly build: string;
  readonly instances: number;
  /** Whether it writes the column. */
  readonly isAware: boolean;
}

/** A build whose last instances stopped reporting. They report no end, so a machine that hangs looks the same. */
export interface SilentBuild {
  readonly build: string;
  readonly instances: number;
  /** When the last of them reported. */
  readonly at: string;
}

/** The known state of one service on one target. */
export interface ServiceState {
  readonly service: string;
  /** Its last announcement: of a deployment, or of the instance that started last. */
  readonly said?: { readonly build: string; readonly at: string; readonly known?: KnownPlan };
  readonly alive: readonly AliveBuild[];
  /** Since when every announcement includes the phase. Absent: not all do, see `lack`. */
  readonly awareSince?: string;
  /** Builds without the phase that fell silent after the last deployment was announced: a person confirms that they ended. */
  readonly silent?: readonly SilentBuild[];
  readonly lack?: Lack;
}

/**
 * Why it is not certain that a service writes the column. `silent`: it has announced nothing · `old`: its last announcement does not
 * include the phase · `left`: it has call sites that omit the column · `alive`: instances of older builds are alive · `unseen`: only its
 * instances have announced, and the build before them did not report its end.
 */
export type Lack = "silent" | "old" | "left" | "alive" | "unseen";

const order = ["expand", "switch", "contract"];

/** Whether a build writes the column: it has the code of this phase or a later one, and no call site was left. */
function isAware(known: KnownPlan | undefined, phase: string): boolean {
  return known !== undefined && known.left === 0 && order.indexOf(known.phase) >= order.indexOf(phase);
}

/**
 * What each service has announced about a phase of a plan on a target.
 *
 * @param announced the result of `readAnnouncements`
 */
export function serviceStates(
  services: readonly string[],
  announced: readonly Announced[],
  plan: string,
  phase: string,
): readonly ServiceState[] {
  return services.map((service) => {
    const own = announced.filter((each) => each.service === service);
    const knownOf = (each: Announced) => each.plans[plan];
    const isAwareButForPlaces = (known: KnownPlan) => isAware({ ...known, left: 0 }, phase);
    return stateOf(service, own, knownOf, (each) => isAware(knownOf(each), phase), isAwareButForPlaces);
  });
}

/**
 * Which services run builds that do not use the columns of a plan, because they were built after its undo or before the plan.
 *
 * @param from since when the target has the columns. Earlier announcements do not exclude a later build with the columns.
 */
export function servicesWithout(
  services: readonly string[],
  announced: readonly Announced[],
  plan: string,
  from: string,
): readonly ServiceState[] {
  return services.map((service) => {
    const own = announced.filter((each) => each.service === service);
    const knownOf = (each: Announced) => each.plans[plan];
    const isWithout = (each: Announced) =>
      knownOf(each) === undefined ? each.at >= from : knownOf(each)?.phase === "undone";
    return stateOf(service, own, knownOf, isWithout, () => false);
  });
}

function stateOf(
  service: string,
  own: readonly Announced[],
  knownOf: (announced: Announced) => KnownPlan | undefined,
  aware: (announced: Announced) => boolean,
  isAwareButForPlaces: (known: KnownPlan) => boolean,
): ServiceState {
  const words = own.filter(({ instance }) => instance === "");
  const instances = own.filter(({ instance }) => instance !== "");
  const alive = instances.filter(({ silentMs }) => silentMs < aliveMs);
  const word = words.at(-1);
  const newest = [...alive, ...(word ? [{ ...word, since: word.at }] : [])]
    .sort((a, b) => (a.since < b.since ? -1 : 1))
    .at(-1);
  const known = newest && knownOf(newest);
  const state = {
    service,
    ...(newest && { said: { build: newest.build, at: newest.since, ...(known && { known }) } }),
    alive: builds(alive, aware),
  };
  const lack = (kind: Lack): ServiceState => ({ ...state, lack: kind });
  if (newest === undefined) return lack("silent");
  const isDeployed = word === undefined ? alive.some(aware) : aware(word);
  if ((isDeployed || aware(newest)) && !alive.every(aware)) return lack("alive");
  if (!aware(newest)) return lack(known !== undefined && isAwareButForPlaces(known) ? "left" : "old");
  // A deployment announces at its end. Instances announce at their start, while instances of the previous build may still run. Only a build
  // with a heartbeat shows when they have ended.
  const isHeard = ({ build }: Announced) => word === undefined || build === word.build;
  if ((word === undefined || !aware(word)) && !instances.some((each) => !aware(each) && isHeard(each)))
    return lack("unseen");
  // A deployment announces after the previous build has ended everywhere, so instances that fell silent before it have ended.
  const silent = silentBuilds(
    instances.filter((each) => !aware(each) && !(word !== undefined && aware(word) && word.at >= each.at)),
  );
  return { ...state, awareSince: awareSince(words, instances, aware), ...(silent.length > 0 && { silent }) };
}

/** The first time after which only updated builds announced anything. */
function awareSince(
  words: readonly Announced[],
  instances: readonly Announced[],
  aware: (announced: Announced) => boolean,
): string {
  const otherWord = latest(words.filter((word) => !aware(word)));
  const otherInstance = latest(instances.filter((each) => !aware(each)));
  const moments = [...words, ...instances]
    .filter(aware)
    .map(({ since, at }) => (since > otherWord ? since : at))
    .filter((moment) => moment > otherWord);
  const first = moments.sort()[0] ?? otherWord;
  if (first > otherInstance) return first;
  return otherInstance;
}

function latest(announced: readonly Announced[]): string {
  return (
    announced
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? ""
  );
}

function builds(alive: readonly Announced[], aware: (announced: Announced) => boolean): readonly AliveBuild[] {
  return [...new Set(alive.map(({ build }) => build))].map((build) => {
    const own = alive.filter((each) => each.build === build);
    return { build, instances: own.length, isAware: own.every(aware) };
  });
}

function silentBuilds(silent: readonly Announced[]): readonly SilentBuild[] {
  return [...new Set(silent.map(({ build }) => build))].map((build) => {
    const own = silent.filter((each) => each.build === build);
    return { build, instances: own.length, at: latest(own) };
  });
}

import type { Gate, GateAbout } from "./gate.js";

/** The released migrations of the plan have run on the target. */
const ask: Gate["ask"] = async ({ gate }, { units, target, deploy, recover }) => {
  const { applied, failed, pending, running, isSquashed = false, unlisted = [], lacking = [] } = units;
  if (failed.length > 0) {
    return {
      gate,
      isOpen: false,
      statement: `${list(failed)} failed on ${target}`,
      help: `Remove the cause.\n${failed.map((name) => recover(name)).join(" && ")}`,
    };
  }
  const [unknown] = unlisted;
  if (unknown !== undefined) return { gate, isOpen: false, ...unknown };
  if (pending.length > 0) {
    const verb = pending.length === 1 ? "is" : "are";
    return {
      gate,
      isOpen: false,
      statement: `${list(pending)} ${verb} not applied on ${target} yet${running === undefined ? "" : `; pid ${running} runs migrations there at this moment`}`,
      help:
        running === undefined
          ? `${deploy}   # on ${target} first`
          : `Wait until pid ${running} has ended, then ask again.`,
    };
  }
  const [lack] = lacking;
  if (lack !== undefined) return { gate, isOpen: false, statement: `${lack.statement} on ${target}`, help: lack.help };
  if (isSquashed) {
    return {
      gate,
      isOpen: true,
      statement: `The column and its trigger are there on ${target}; the history was squashed`,
    };
  }
  if (applied.length === 0) {
    return {
      gate,
      isOpen: false,
      statement: `No migration of this plan is applied on ${target}`,
      help: `${deploy}   # on ${target} first`,
    };
  }
  const count = applied.length === 1 ? "The released migration is" : `All ${applied.length} released migrations are`;
  return { gate, isOpen: true, statement: `${count} applied on ${target}` };
};

const about: GateAbout = {
  before: "switch, contract",
  opens: "the released migrations have run on the target",
  command: "next",
};

export default { about, isConfirmed: false, ask } satisfies Gate;

function list(names: readonly string[]): string {
  return names.join(", ");
}

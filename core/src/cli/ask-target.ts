import { type Connection, connect } from "../db/connection.js";
import { askGates } from "../gates/ask-gates.js";
import type { GateAnswer, GateFacts } from "../gates/gate.js";
import type { GateStep, Plan } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin.js";
import type { Target } from "./targets.js";

/** A target, open for questions. Close the connection when done. */
export interface OpenTarget {
  readonly target: Target;
  readonly connection: Connection;
  readonly facts: GateFacts;
}

/**
 * Connects to a target and reads which of the plan's released migrations it has.
 *
 * @throws LS8004 when it cannot be reached
 */
export async function openTarget(target: Target, plan: Plan, project: Project, plugin: OrmPlugin): Promise<OpenTarget> {
  const connection = await connect(target.url, { applicationName: "lockstep" });
  const state = await plugin.readApplied(connection);
  const released = plan.state.written.map((unit) => migrationOf(unit.file));
  const inRepository = new Set(plugin.listMigrations(project));
  return {
    target,
    connection,
    facts: {
      plan: plan.id,
      target: target.name,
      connection,
      deploy: plugin.words.deploy,
      recover: plugin.words.recover,
      units: {
        applied: released.filter((name) => state.applied.includes(name)),
        // Anybody's failed migration stops the ORM's next deployment, not only the plan's own.
        failed: [...state.failed],
        // A squashed history has no such file any more, and nothing that could still be applied.
        pending: released.filter(
          (name) => inRepository.has(name) && !state.applied.includes(name) && !state.failed.includes(name),
        ),
      },
    },
  };
}

/** `prisma/migrations/20261120093000_add_handle/migration.sql` → `20261120093000_add_handle` */
export function migrationOf(file: string): string {
  const parts = file.split("/");
  return parts.at(-1) === "migration.sql" ? (parts.at(-2) ?? file) : (parts.at(-1) ?? file);
}

/** What the gates of a phase say on one target. */
export async function askPhase(open: OpenTarget, steps: readonly GateStep[]): Promise<readonly GateAnswer[]> {
  const seen = new Set<string>();
  const answers: GateAnswer[] = [];
  for (const answer of await askGates(steps, open.facts)) {
    // Columns of one plan share what is asked of the target as a whole.
    if (seen.has(answer.statement)) continue;
    seen.add(answer.statement);
    answers.push(answer);
  }
  return answers;
}

import { readFileSync } from "node:fs";
import * as z from "zod";
import { LockstepError } from "../base/errors.js";
import type { GateAnswer, GateFacts } from "../gates/gate.js";
import { type DeployedPhase, type GateStep, momentText, type Plan } from "../model/index.js";
import { sha256 } from "../plan/hash.js";
import { gatesAt } from "../plan/next-phase.js";
import { planHash } from "../plan/plan-file.js";
import { wrongIntegrity } from "./evidence-integrity.js";

const writer = z.object({ file: z.string(), line: z.number(), what: z.string(), reason: z.string() });

const answerSchema = z
  .object({
    /** A member of the target group: `tenants/acme`. Absent: the target itself. */
    target: z.string(),
    gate: z.string(),
    isOpen: z.boolean(),
    statement: z.string(),
    subject: z.string(),
    help: z.string(),
    needsConfirmation: z.boolean(),
    mayOverrule: z.literal(true),
    comesFirst: z.literal(true),
    otherwise: z.string(),
    writers: z.array(writer),
  })
  .partial()
  .required({ gate: true, isOpen: true, statement: true });

const evidenceSchema = z.object({
  schemaVersion: z.literal(1),
  plan: z.string(),
  planHash: z.string(),
  phase: z.string(),
  target: z.string(),
  /** The server and its version. Of a group, those of the first members. */
  server: z.string(),
  at: z.iso.datetime(),
  /** Hash of the code places that the gates cover: see `codeHash`. */
  code: z.string(),
  answers: z.array(answerSchema),
  /** See `integrityOf`. */
  integrity: z.string(),
});

/** Gate results of a phase on one target, as a file. `verify` writes it. `next --evidence` uses it instead of the target. */
export type GateEvidence = Readonly<z.output<typeof evidenceSchema>>;

const maxAgeMs = 24 * 3_600_000;
/** Tolerated clock difference between two machines. */
const aheadMs = 600_000;

/** Hash of the code places that the gates cover. If they change, the evidence no longer applies. */
export function codeHash(steps: readonly GateStep[], writersOf: GateFacts["writersOf"]): string {
  return sha256(
    JSON.stringify(steps.map((step) => (writersOf?.(step) ?? []).map(({ file, id, what }) => [file, id ?? what]))),
  );
}

/**
 * Reads evidence that `verify` wrote.
 *
 * @throws LS7030 not evidence, edited, about something else, or too old
 */
export function readGateEvidence(
  file: string,
  asked: {
    readonly plan: Plan;
    readonly phase: DeployedPhase;
    readonly now: Date;
    /** See `evidenceKey`. */
    readonly key: string | undefined;
  },
): GateEvidence {
  const { plan, phase, now, key } = asked;
  const document = parse(file);
  const parsed = evidenceSchema.safeParse(document);
  if (!parsed.success) throw refusal(file, `is none:\n${z.prettifyError(parsed.error)}`, plan.id);
  const evidence = parsed.data;
  const age = now.getTime() - Date.parse(evidence.at);
  const answered = new Map<string, Set<string>>();
  for (const { target = evidence.target, gate } of evidence.answers)
    answered.set(target, (answered.get(target) ?? new Set()).add(gate));
  const hasAll = [...answered.values()].every((own) => gatesAt(plan, phase).every(({ gate }) => own.has(gate)));
  const wrong =
    evidence.plan !== plan.id
      ? `is for plan ${evidence.plan}`
      : evidence.phase !== phase
        ? `is for ${evidence.phase}, but the next phase is ${phase}`
        : evidence.planHash !== planHash(plan)
          ? "was created before the plan changed"
          : age > maxAgeMs || age < -aheadMs
            ? `is from ${momentText(evidence.at)}: it is valid for 24 hours`
            : answered.size === 0 || !hasAll
              ? "does not cover all gates"
              : wrongIntegrity(document as Readonly<Record<string, unknown>>, key);
  if (wrong !== undefined) throw refusal(file, wrong, plan.id);
  return evidence;
}

/** @throws LS7030 the code has other places than the evidence covers */
export function assertSameCode(file: string, { code }: GateEvidence, plan: Plan, now: string): void {
  if (code !== now)
    throw refusal(file, "was created for other code: the places that may omit the column have changed", plan.id);
}

/** Returns the answers for the gate's lines, as if the target or each member of its group had been checked now. */
export function answersOf({
  answers,
  at,
  server,
  target: all,
}: GateEvidence): readonly (GateAnswer & { readonly target: string; readonly group?: string })[] {
  return answers.map(({ target = all, ...answer }) => ({
    ...(answer as GateAnswer),
    target,
    ...(target !== all && { group: all }),
    statement: `${answer.statement} (${server}, ${momentText(at)})`,
  }));
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refusal(file, `cannot be read: ${(error as Error).message}`, undefined);
  }
}

function refusal(file: string, why: string, plan: string | undefined): LockstepError {
  return new LockstepError("LS7030", `The evidence ${file} ${why}.`, {
    hint: `npx lockstep verify${plan === undefined ? "" : ` ${plan}`} --out ${file}   # on the same commit, where the database is reachable`,
  });
}

import type { BackfillEvent } from "../backfill/events.js";

type Kind = BackfillEvent["kind"];
type FieldsOf<K extends Kind> = Exclude<keyof Extract<BackfillEvent, { kind: K }>, "kind" | "table">;

/** When each event is emitted and which fields it has, for the docs and the log. */
export const eventFields: {
  readonly [K in Kind]: { readonly when: string; readonly fields: readonly FieldsOf<K>[] };
} = {
  started: {
    when: "before the first batch",
    fields: ["total", "rows", "isResumed", "growthBytes", "publications"],
  },
  progress: {
    when: "after a batch; `others`: whether other sessions write to the table (write, quiet or unknown)",
    fields: ["rows", "total", "filled", "rowsPerSecond", "etaMs", "batchRows", "batchMs", "others", "functionMs"],
  },
  reading: {
    when: "the run reads the whole table. `fills`: to validate the fill, `rest`: to find remaining rows",
    fields: ["why", "total"],
  },
  notice: { when: "information that does not stop the run", fields: ["message"] },
  retry: {
    when: "before a retry; `reason`: conflict, locked, connection, busy, timeout, data or function",
    fields: ["reason", "message", "pauseMs"],
  },
  waiting: {
    when: "the run waits for a signal; repeated with every probe",
    fields: ["signal", "reason", "pauseMs", "forMs"],
  },
  released: { when: "the run no longer waits for the signal", fields: ["signal", "reason", "forMs"] },
  blind: { when: "a signal cannot be measured", fields: ["signal", "reason"] },
  sweep: { when: "the pass over the table is done, and some rows still lack a value", fields: ["round", "rows"] },
  finished: {
    when: "the run has ended; `status`: done or stopped",
    fields: ["status", "rows", "filled", "tableGrowthBytes", "indexGrowthBytes", "deadRows", "hotPercent"],
  },
  failed: { when: "the run has ended with an error", fields: ["code", "message"] },
};

/** Where an event happened. */
export interface EventPlace {
  readonly plan: string;
  readonly target: string;
  /** With its schema, if that is named. */
  readonly table: string;
}

/** An event as one object: `at`, its place, `event`, and its own fields. Numbers are whole. */
export function eventObject(at: Date, place: EventPlace, event: BackfillEvent): Readonly<Record<string, unknown>> {
  const { plan, target, table } = place;
  return { at: at.toISOString(), plan, target, table, event: event.kind, ...fieldsOf(event) };
}

/**
 * An event as a line of a log: `lockstep backfill: waiting target=production table=User signal=replica-lag reason="… is late"`.
 */
export function eventLine({ plan, target, table }: EventPlace, event: BackfillEvent): string {
  const all = { plan, target, table, ...fieldsOf(event) };
  return [
    `lockstep backfill: ${event.kind}`,
    ...Object.entries(all).map(([name, value]) => `${name}=${word(value)}`),
  ].join(" ");
}

function fieldsOf(event: BackfillEvent): Readonly<Record<string, unknown>> {
  const { fields } = eventFields[event.kind] as { readonly fields: readonly string[] };
  const given = event as unknown as Readonly<Record<string, unknown>>;
  const whole = (value: unknown) => (typeof value === "number" ? Math.round(value) : value);
  return Object.fromEntries(fields.flatMap((name) => (given[name] === undefined ? [] : [[name, whole(given[name])]])));
}

function word(value: unknown): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

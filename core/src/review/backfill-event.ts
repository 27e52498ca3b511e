import type { BackfillEvent } from "../backfill/events.js";

type Kind = BackfillEvent["kind"];
type FieldsOf<K extends Kind> = Exclude<keyof Extract<BackfillEvent, { kind: K }>, "kind" | "table">;

/** What each event says, for the docs and for whoever reads lines of it. */
export const eventFields: {
  readonly [K in Kind]: { readonly when: string; readonly fields: readonly FieldsOf<K>[] };
} = {
  started: {
    when: "the first batch is about to begin",
    fields: ["total", "rows", "isResumed", "growthBytes", "publications"],
  },
  progress: {
    when: "a batch has ended; `others` says whether others write to the table: write, quiet or unknown",
    fields: ["rows", "total", "filled", "rowsPerSecond", "etaMs", "batchRows", "batchMs", "others", "functionMs"],
  },
  reading: {
    when: "the whole table is read: `fills` tries the fill, `rest` looks for rows that are left",
    fields: ["why", "total"],
  },
  notice: { when: "there is something to know that stops nothing", fields: ["message"] },
  retry: {
    when: "something failed and is tried again; `reason` is conflict, locked, connection, busy, timeout, data or function",
    fields: ["reason", "message", "pauseMs"],
  },
  waiting: {
    when: "a signal holds the run; again each time that the signal was asked",
    fields: ["signal", "reason", "pauseMs", "forMs"],
  },
  released: { when: "the signal holds it no more", fields: ["signal", "reason", "forMs"] },
  blind: { when: "a signal cannot look", fields: ["signal", "reason"] },
  sweep: { when: "the table was passed, and rows without a value are left", fields: ["round", "rows"] },
  finished: {
    when: "the run has ended; `status` is done or stopped",
    fields: ["status", "rows", "filled", "tableGrowthBytes", "indexGrowthBytes", "deadRows", "hotPercent"],
  },
  failed: { when: "the run has ended with an error", fields: ["code", "message"] },
};

/** Where an event happened. */
export interface EventPlace {
  readonly plan: string;
  readonly target: string;
  /** With its schema, where that is named. */
  readonly table: string;
}

/** An event as one object: `at`, where, `event`, and its own fields. Numbers are whole. */
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

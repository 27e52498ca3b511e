import type { ValueTransformer } from "typeorm";

/** Euros in code, cents in the database. */
export const cents: ValueTransformer = {
  to: (value: number | null) => (value === null ? null : Math.round(value * 100)),
  from: (value: number | null) => (value === null ? null : value / 100),
};

import * as z from "zod";
import { serverText, severities } from "./check-severities.js";
import { codeLevels } from "./code-levels.js";
import type { FillFunction } from "./fill-function.js";
import { scorecardSchema } from "./scorecard.js";
import { toggleSchema } from "./toggle.js";

const patterns = z.array(z.string().min(1));

const urlFrom = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "the name of an environment variable is needed, not the URL itself: URLs hold passwords",
  );

const target = z
  .strictObject({ urlFrom, eachSchema: z.string().min(1).optional(), eachFrom: z.string().min(1).optional() })
  .refine(
    ({ eachSchema, eachFrom }) => eachSchema === undefined || eachFrom === undefined,
    "eachSchema and eachFrom exclude each other",
  );

const readsSteady = z.strictObject({
  http: z.strictObject({ urlFrom }).optional(),
  prometheus: z.strictObject({ urlFrom, query: z.string().min(1), atMost: z.number().optional() }).optional(),
});

const fill = z.strictObject({
  reads: z.array(z.string().min(1)),
  fill: z.custom<FillFunction>(
    (value) => typeof value === "function",
    "a function is needed: async fill(rows) { return rows.map((row) => …); }",
  ),
  // Checked for existence when a plan needs it: then the error can explain why.
  fallback: z.string().min(1).optional(),
});

/** These names appear in commands and in statements that applications run. */
const services = z
  .array(z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "a name of letters, digits, dots, dashes and _ is needed"))
  .min(1)
  .refine((names) => new Set(names).size === names.length, "a service is named twice");

const rehearse = z
  .strictObject({
    rate: z.number().positive().max(5000).optional(),
    values: z.record(z.string().regex(/^[^.]+\.[^.]+$/, "table.column is needed"), z.string().min(1)).optional(),
    old: z.string().min(1).optional(),
    new: z.string().min(1).optional(),
    load: z
      .union([
        z.string().min(1),
        z
          .array(
            z
              .string()
              .regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*( .+)?$/s, "a request is needed: GET /users/{1..1000}"),
          )
          .min(1),
      ])
      .optional(),
  })
  .refine(
    (each) => new Set([each.old, each.new, each.load].map((part) => part === undefined)).size === 1,
    "old, new and load go together: how both builds are started, and what they are asked",
  );

/** `lockstep.config.ts`. Unknown keys are errors: a misspelt setting would be ignored without notice. */
export const configSchema = z.strictObject({
  pace: z.enum(["careful", "brisk"]).optional(),
  targets: z.record(z.string().min(1), target).default({}),
  services: services.optional(),
  gates: z.strictObject({ readsSteady: readsSteady.optional() }).optional(),
  code: z
    .strictObject({
      include: patterns.optional(),
      exclude: patterns.optional(),
      roots: patterns.optional(),
      edit: z.enum(codeLevels).optional(),
      afterSafe: z.enum(["line", "ask", "off"]).optional(),
      accept: patterns.optional(),
      decline: patterns.optional(),
      verify: z.union([z.enum(["auto", "off"]), z.number().positive().max(3600)]).optional(),
      format: z.enum(["auto", "off"]).optional(),
      scorecard: scorecardSchema.optional(),
    })
    .optional(),
  toggle: toggleSchema.optional(),
  // `cli/run-options.ts` validates the names and values.
  backfill: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  rehearse: rehearse.optional(),
  // The command validates the durations.
  watch: z
    .strictObject({
      for: z.string().min(1).optional(),
      every: z.string().min(1).optional(),
      baseline: z.int().min(3).max(100).optional(),
      onAnomaly: z.string().min(1).optional(),
    })
    .optional(),
  drift: z.strictObject({ ignore: patterns.optional() }).optional(),
  check: z
    .strictObject({
      base: z.string().min(1).optional(),
      server: z
        .union([z.int().min(9), z.string().regex(serverText, "a version is needed: 15, mysql:8.0.29 or mariadb:11.4")])
        .optional(),
      rules: z.record(z.string().min(1), z.enum(severities)).optional(),
      waivers: z
        .array(
          z.strictObject({
            rule: z.string().min(1),
            files: z.string().min(1).optional(),
            reason: z.string().min(1),
            until: z.iso.date().optional(),
          }),
        )
        .optional(),
      baseline: z.string().min(1).optional(),
      advice: z.boolean().optional(),
    })
    .optional(),
  typeorm: z
    .strictObject({
      dataSource: z.string().min(1).optional(),
      run: z.string().min(1).optional(),
      migrations: z.string().min(1).optional(),
    })
    .optional(),
  fills: z.record(z.string().min(1), z.record(z.string().min(1), fill)).optional(),
});

/** The problems of a configuration, one line per issue. */
export const issuesText = (error: z.ZodError): string => z.prettifyError(error);

/** The configuration as Lockstep uses it. */
export type LockstepConfig = z.output<typeof configSchema>;

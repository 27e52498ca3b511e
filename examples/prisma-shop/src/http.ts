import { z } from "zod";

/** An answer other than the one hoped for; the error handler in app.ts sends it. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

// Ids are int4 in the database: a larger one cannot exist and must not reach it.
export const Id = z.coerce.number().int().positive().max(2_147_483_647);

export const IdParams = z.object({ id: Id });

export const PageQuery = z.object({
  after: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** The cursor of the page after this one, or null when this one was not full. */
export function nextAfter(rows: readonly { id: number }[], limit: number): number | null {
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** A zod schema as the JSON schema that Fastify serialises a response by. */
export function jsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, { target: "draft-7", unrepresentable: "any" });
}

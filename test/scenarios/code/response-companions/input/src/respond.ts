import type { z } from "zod";

export function respond<T>(schema: z.ZodType<T>, value: unknown): T {
  return schema.parse(value);
}

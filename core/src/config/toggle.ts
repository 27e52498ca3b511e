import * as z from "zod";

/** `toggle`: what is said of the expressions themselves needs a parser, and is LS4004. */
export const toggleSchema = z.union([
  z.literal("openfeature"),
  z.strictObject({
    read: z.string().min(1),
    import: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    isAsync: z.boolean().optional(),
  }),
]);

import * as z from "zod";

/** `toggle`: checks of the expressions themselves need a parser, and are LS4004. */
export const toggleSchema = z.union([
  z.literal("openfeature"),
  z.strictObject({
    read: z.string().min(1),
    import: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    isAsync: z.boolean().optional(),
  }),
]);

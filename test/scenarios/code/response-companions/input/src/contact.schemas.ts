import { z } from "zod";

export const contactResponse = z.object({
  id: z.number().int(),
  name: z.string(),
  email: z.string(),
  city: z.string().nullable(),
});

export type ContactResponse = z.infer<typeof contactResponse>;

export const contactCard = z.object({ id: z.number(), name: z.string(), email: z.string(), city: z.string().nullable() });

export const contactEvent = z.object({ id: z.number(), name: z.string(), email: z.string(), city: z.string().nullable() });

export const contactExport = z.object({ id: z.number(), name: z.string(), email: z.string(), city: z.string().nullable() });

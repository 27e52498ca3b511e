import { z } from "zod";

export const contactResponse = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string(),
  city: z.string().nullish(),
});

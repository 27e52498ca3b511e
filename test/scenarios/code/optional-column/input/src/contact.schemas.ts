import { z } from "zod";

export const contactResponse = z.object({
  id: z.number().int(),
  name: z.string(),
  email: z.string(),
  city: z.string().nullable(),
});

export const createContactBody = z.object({
  name: z.string(),
  email: z.string(),
  city: z.string().nullish(),
});

export const importContactBody = z.object({
  name: z.string(),
  email: z.string(),
  city: z.string().optional(),
});

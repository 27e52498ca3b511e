import { z } from "zod";

export const createUserBody = z.object({
  email: z.string().email(),
  name: z.string().min(1),
  bio: z.string().max(160).optional(),
});

export type CreateUserBody = z.infer<typeof createUserBody>;

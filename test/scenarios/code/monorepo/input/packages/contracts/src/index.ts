import { z } from "zod";

export const memberResponse = z.object({ id: z.string(), email: z.string() });

export * from "./teams";

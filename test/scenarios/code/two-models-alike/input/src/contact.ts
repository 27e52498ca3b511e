import { z } from "zod";

export const contactForm = z.object({ name: z.string(), email: z.string(), address: z.string() });
export const printLabel = ({ name, email, address }: { name: string; email: string; address: string }) =>
  [name, email, address].join("\n");

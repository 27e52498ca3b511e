import { z } from "zod";

const base = z.object({
  title: z.string(),
  summary: z.string(),
  price: z.number().int(),
  material: z.string(),
});

export const createProduct = base;
export const updateProduct = base.partial();
export const productResponse = base.extend({ id: z.number() });
export const productCard = productResponse.pick({ id: true, title: true, price: true });
export const productDraft = productResponse.omit({ id: true, price: true });

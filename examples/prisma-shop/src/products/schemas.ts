import { z } from "zod";

const title = z.string().trim().min(1).max(200);
const description = z.string().trim().max(5_000).nullable();
const priceCents = z.int().min(0).max(1_000_000);
const stock = z.int().min(0).max(1_000_000);

export const CreateProductBody = z.object({
  sku: z.string().regex(/^[A-Z0-9-]{3,40}$/, "3 to 40 capital letters, digits or dashes"),
  title,
  description: description.optional(),
  priceCents,
  stock: stock.optional(),
});

export const UpdateProductBody = z.object({
  title: title.optional(),
  description: description.optional(),
  priceCents: priceCents.optional(),
  stock: stock.optional(),
});

export const ProductResponse = z.object({
  id: z.int(),
  sku: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  priceCents: z.int(),
  stock: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ProductResponse = z.infer<typeof ProductResponse>;

export const ProductListResponse = z.object({
  items: z.array(ProductResponse),
  nextAfter: z.int().nullable(),
});
export type ProductListResponse = z.infer<typeof ProductListResponse>;

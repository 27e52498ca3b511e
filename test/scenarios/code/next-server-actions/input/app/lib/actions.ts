"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { db } from "./db";

const CustomerForm = z.object({
  name: z.string().min(1, "Please enter a name."),
  email: z.string().email(),
  company: z.string(),
});

export async function createCustomer(_state: unknown, formData: FormData) {
  const parsed = CustomerForm.safeParse({
    name: formData.get("name"),
    email: formData.get("email"),
    company: formData.get("company"),
  });
  if (!parsed.success) return { errors: parsed.error.issues };

  await db.customer.create({ data: parsed.data });
  revalidatePath("/customers");
}

export async function renameCustomer(id: string, name: string) {
  await db.customer.update({ where: { id }, data: { name } });
  revalidatePath("/customers");
}

import type { Lead } from "@prisma/client";
import { prisma } from "./db";

const exported = ["id", "email", "company", "phone"] as const satisfies readonly (keyof Lead)[];

export async function exportLeads(): Promise<string> {
  const leads = await prisma.lead.findMany();
  const lines = leads.map((lead) => exported.map((name) => lead[name]).join(";"));
  return [exported.join(";"), ...lines].join("\n");
}

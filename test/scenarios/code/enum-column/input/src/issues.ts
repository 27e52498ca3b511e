import type { Issue } from "@prisma/client";
import { z } from "zod";
import { prisma } from "./db";

export const issueResponse = z.object({
  id: z.number(),
  title: z.string(),
  details: z.string(),
  state: z.enum(["OPEN", "CLOSED"]),
});

export function present(issue: Issue): z.infer<typeof issueResponse> {
  return { id: issue.id, title: issue.title, details: issue.details, state: issue.state };
}

export async function report(title: string, details: string) {
  return present(await prisma.issue.create({ data: { title, details, state: "OPEN" } }));
}

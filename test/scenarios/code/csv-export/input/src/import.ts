import { prisma } from "./db";

export async function importLine(line: string) {
  const [email = "", company = "", phone = ""] = line.split(";");
  await prisma.lead.create({ data: { email, company, phone } });
}

import { db } from "@acme/db";

export async function importTeams(rows: { name: string; domain: string }[]) {
  await db.team.createMany({ data: rows.map((row) => ({ name: row.name, domain: row.domain, region: "us" })) });
}

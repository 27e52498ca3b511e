import { memberResponse } from "@acme/contracts";
import { db, type Team } from "@acme/db";

function toResponse(team: Team) {
  return { id: team.id, name: team.name, domain: team.domain, region: team.region };
}

export async function createTeam(name: string, domain: string) {
  const team = await db.team.create({
    data: { name, domain, region: "eu", members: { create: { email: `admin@${domain}` } } },
  });
  return toResponse(team);
}

export async function invite(teamId: string, email: string) {
  return memberResponse.parse(await db.member.create({ data: { email, team: { connect: { id: teamId } } } }));
}

import type { TeamBadge, TeamOption, TeamPage, TeamResponse, TeamSummary } from "@acme/contracts";
import { db, type Team } from "@acme/db";

const toTeam = (team: Team): TeamResponse => ({
  id: team.id,
  name: team.name,
  domain: team.domain,
  region: team.region,
});

export const toSummary = (team: Team): TeamSummary => ({ id: team.id, name: team.name });

export const toOption = (team: Team): TeamOption => ({ id: team.id, name: team.name });

export async function teamPage(): Promise<TeamPage> {
  const teams = await db.team.findMany();
  return { teams: teams.map(toTeam), total: teams.length };
}

export async function teamBadges(): Promise<TeamBadge[]> {
  return db.team.findMany({ select: { name: true, region: true } });
}

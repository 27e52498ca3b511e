import { type TeamBadge, type TeamOption, type TeamResponse, teamOption } from "@acme/contracts";

export async function fetchOptions(): Promise<TeamOption[]> {
  const response = await fetch("/api/teams/options");
  return teamOption.array().parse(await response.json());
}

export const toLabel = (team: TeamResponse) => `${team.name} (${team.domain})`;

export const badgeText = ({ name, region }: TeamBadge) => `${name} · ${region}`;

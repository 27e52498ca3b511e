import { z } from "zod";

export const teamResponse = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.string(),
  region: z.string(),
});
export type TeamResponse = z.infer<typeof teamResponse>;

export const teamSummary = teamResponse.pick({ id: true, name: true });
export type TeamSummary = z.infer<typeof teamSummary>;

export const teamOption = z.object({ id: z.string(), name: z.string() });
export type TeamOption = z.infer<typeof teamOption>;

export interface TeamBadge {
  name: string;
  region: string;
}

export interface TeamPage {
  teams: TeamResponse[];
  total: number;
}

import type { Profile } from "@prisma/client";

export interface ProfileJson {
  id: number;
  full_name: string;
  home_town: string;
  phone_number: string;
}

export function serializeProfile(profile: Profile): ProfileJson {
  return {
    id: profile.id,
    full_name: profile.fullName,
    home_town: profile.homeTown,
    phone_number: profile.phoneNumber,
  };
}

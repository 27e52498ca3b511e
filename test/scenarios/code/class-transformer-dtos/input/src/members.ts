import { plainToInstance } from "class-transformer";
import { source } from "./data-source";
import { MemberDto } from "./member.dto";
import { Member } from "./member.entity";

export async function listMembers(): Promise<MemberDto[]> {
  const members = await source.getRepository(Member).find();
  return plainToInstance(MemberDto, members, { excludeExtraneousValues: true });
}

export async function join(fullName: string, email: string, passwordHash: string) {
  const members = source.getRepository(Member);
  await members.insert({ fullName, email, passwordHash });
}
